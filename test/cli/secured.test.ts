import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { listening } from '../listening.ts'
import { freePort } from '../free-port.ts'
import { begin as beginProcess, longhold, type Running, written } from './longhold.ts'

const begun: Running[] = []
afterEach(() => {
  for (const { child } of begun.splice(0)) child.kill('SIGKILL') // of a test that failed; the others are gone
})

function begin(args: readonly string[]): Running {
  const running = beginProcess(args)
  begun.push(running)
  return running
}

/** What k8s/secured/README.md tells people to type, without what needs a cluster. */
const commands = (() => {
  const page = readFileSync(new URL('../../k8s/secured/README.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)
  return blocks.filter(block => block.includes('openssl') && !block.includes('kubectl'))
})()

/** A directory as both Secrets would make it, for each of the names, and the authority's. */
function secrets(): string {
  const dir = mkdtempSync(join(tmpdir(), 'longhold-secured-'))
  for (const block of commands) execFileSync('bash', ['-ec', block], { cwd: dir, stdio: 'ignore' })
  return dir
}

const contents = (from: string, name: string) => readFileSync(join(from, name), 'utf8')

async function everything(dir: string) {
  const [data, http, web, own, node] = await Promise.all(Array.from({ length: 5 }, () => freePort()))
  const file = (name: string) => join(dir, name)
  const tls = (name: string) => ({
    certFile: file(`${name}/tls.crt`),
    keyFile: file(`${name}/tls.key`),
    caFile: file('ca.crt'),
  })
  const common = { auth: { tokenFile: file('token') }, journal: 'off', identity: { ip: '127.0.0.1' } }
  const guarded = { tokenFile: file('token'), tls: tls('longhold-server') }
  const server = {
    ...common,
    web: { listen: `127.0.0.1:${web}`, ...guarded },
    server: {
      'tcp-hold': { listen: `127.0.0.1:${data}` },
      'http-hold': { listen: `127.0.0.1:${http}` },
      'udp-echo': { listen: `127.0.0.1:${data}` },
    },
  }
  const cohort = { connections: 4, idle: '300ms', spread: '0s' }
  const client = {
    ...common,
    processes: 2,
    web: { listen: `127.0.0.1:${own}`, ...guarded },
    evidence: {
      every: '1s',
      ledgerPort: web,
      kubernetes: 'off',
      tls: tls('longhold-server'),
      agent: { at: `127.0.0.1:${node}`, tokenFile: file('token') },
    },
    probes: [
      { kind: 'tcp-hold', name: 'tcp', to: `127.0.0.1:${data}`, ...cohort },
      { kind: 'http-hold', name: 'http', to: `127.0.0.1:${http}`, ...cohort },
      { kind: 'udp-echo', name: 'echo', to: `127.0.0.1:${data}`, every: '200ms' },
    ],
  }
  const agentTls = ['cert', 'key', 'ca'].flatMap(what => [
    `--tls-${what}`,
    file(what === 'ca' ? 'ca.crt' : `longhold-agent/tls.${what === 'cert' ? 'crt' : 'key'}`),
  ])
  const running = {
    server: begin(['server', '--config', await written(JSON.stringify(server))]),
    agent: begin(['agent', '--listen', `127.0.0.1:${node}`, '--token-file', file('token'), ...agentTls]),
    client: begin(['client', '--config', await written(JSON.stringify(client))]),
  }
  await Promise.all(Object.entries(running).map(([name, each]) => each.said(`longhold ${name} runs`)))

  /** As somebody does who has the Secrets. */
  async function read(port: number | undefined, path: string, name = 'longhold-server'): Promise<string> {
    const { certFile, keyFile, caFile } = tls('longhold-server')
    const [cert, key, ca, token] = [certFile, keyFile, caFile, file('token')].map(each => readFileSync(each, 'utf8'))
    const authorization = `Bearer ${token?.trim().split('\n')[0]}`
    const request = get({
      host: '127.0.0.1',
      port,
      path,
      servername: name,
      cert,
      key,
      ca,
      headers: { authorization },
      agent: false,
    })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let body = ''
    for await (const part of response) body += String(part)
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${body}`)
    return body
  }
  return { running, read, ports: { data, http, web, own, node }, file }
}

interface Row {
  readonly id: string
  readonly kind: string
  readonly exchanges: number
}

async function end(running: Readonly<Record<string, Running>>): Promise<Record<string, number | null>> {
  for (const { child } of [running['client'], running['server'], running['agent']].flatMap(each => each ?? []))
    child.kill('SIGTERM')
  return Object.fromEntries(
    await Promise.all(Object.entries(running).map(async ([name, { ended }]) => [name, (await ended).code])),
  )
}

test('with everything on, connections are held, ledgers are asked over mutual TLS, an agent is heard, and nothing else listens; all of it rotates', async () => {
  const dir = secrets()
  const { running, read, ports, file } = await everything(dir)
  const held = async () =>
    (JSON.parse(await read(ports.own, '/api/connections')) as { connections: Row[] }).connections.filter(
      ({ exchanges }) => exchanges > 0,
    )
  await expect
    .poll(async () => (await held()).map(({ kind }) => kind).toSorted(), { timeout: 30_000 })
    .toEqual([...Array.from({ length: 4 }, () => 'http-hold'), ...Array.from({ length: 4 }, () => 'tcp-hold')])
  const ids = (await held()).map(({ id }) => id).toSorted()

  await evidenceIsRead()
  const { server, client, agent } = running
  const open = [server, client, agent].map(({ child }) => listening(child.pid ?? 0))
  expect(open).toEqual([[ports.data, ports.http, ports.web], [ports.own], [ports.node]].map(each => new Set(each)))

  // A person asks the same agent.
  const flags = ['--agent', `127.0.0.1:${ports.node}`, '--token-file', file('token')]
  const shown = [
    '--tls-ca',
    file('ca.crt'),
    '--tls-cert',
    file('longhold-server/tls.crt'),
    '--tls-key',
    file('longhold-server/tls.key'),
  ]
  const doctor = await longhold(['doctor', ...flags, ...shown, '--json'])
  expect([doctor.err, (JSON.parse(doctor.out) as { results: unknown[] }).results.length]).toEqual([
    '',
    expect.any(Number),
  ])
  const stranger = await longhold(['doctor', ...flags, '--tls-ca', file('ca.crt'), '--json'])
  expect([stranger.code, stranger.err]).toEqual([
    1,
    expect.stringContaining('expected a client certificate signed by an authority'),
  ])
  const advised = await longhold(['advise', ...flags, ...shown, '--json'])
  expect(advised.err).toBe('')

  // And searches.
  const search = (...more: readonly string[]) =>
    longhold([
      'search',
      `127.0.0.1:${ports.data}`,
      '--min',
      '50ms',
      '--max',
      '500ms',
      '--each',
      '2',
      '--connections',
      '40',
      '--json',
      ...more,
    ])
  expect((await search('--token-file', file('token'))).code).toBe(3) // nothing dies here
  expect(await search()).toMatchObject({ code: 1, err: expect.stringContaining('no-proof') })

  // A new authority and token beside the old ones, then new certificates, and the new token first; then the new ones alone.
  const next = secrets()
  const both = `${contents(dir, 'ca.crt')}${contents(next, 'ca.crt')}`
  const [old, fresh] = [contents(dir, 'token'), contents(next, 'token')]
  await rotate({ 'ca.crt': both, token: `${old}\n${fresh}` }, 1)
  const parts = ['longhold-server', 'longhold-agent'].flatMap(name => [`${name}/tls.crt`, `${name}/tls.key`])
  const certificates = Object.fromEntries(parts.map(name => [name, contents(next, name)]))
  await rotate({ ...certificates, token: `${fresh}\n${old}` }, 2)
  await rotate({ 'ca.crt': contents(next, 'ca.crt'), token: fresh }, 3)
  await evidenceIsRead()
  expect((await held()).map(({ id }) => id).toSorted()).toEqual(ids)
  expect(await read(ports.web, '/metrics')).not.toMatch(
    /longhold_rejected_total\{.*(bad|stale|replayed)-proof.*\} [1-9]/,
  )
  expect(await read(ports.web, '/metrics')).toMatch(
    /longhold_tls_not_after_timestamp_seconds\{use="web",what="authority"\} \d{10}/,
  )
  expect(await read(ports.node, '/metrics', 'longhold-agent')).toContain(
    'longhold_agent_tls_not_after_timestamp_seconds',
  )
  expect(await end(running)).toEqual({ server: 0, client: 0, agent: 0 })

  /** The server's account over mutual TLS, and what the agent says of the node, as the client's own page shows them. */
  async function evidenceIsRead(): Promise<void> {
    await expect
      .poll(() => read(ports.own, `/connection?id=${ids[0]}`), { timeout: 20_000 })
      .toContain('Both sides have it open')
    await expect
      .poll(() => read(ports.own, '/node'), { timeout: 20_000, interval: 1000 })
      .toContain('<td>the node</td>')
    expect(await read(ports.own, '/node')).not.toContain('agent at 127.0.0.1')
  }

  /** Changes files as a kubelet does, and waits until each process has seen it for the `nth` time. */
  async function rotate(files: Readonly<Record<string, string>>, nth: number): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(`${file(name)}.new`, text)
      renameSync(`${file(name)}.new`, file(name))
    }
    await Promise.all([
      running.server.said('web.tls: the files changed', nth),
      running.server.said('auth.tokenFile: the files changed', nth),
      running.client.said('auth.tokenFile: the files changed', nth * 2), // each of its two processes
      running.client.said('web.tls: the files changed', nth),
      running.client.said('evidence.tls: the files changed', nth),
      running.agent.said('--tls-cert: the files changed', nth),
    ])
  }
})

test.each([
  ['auth.tokenFile', { auth: { tokenFile: '/nowhere/token' } }, 'auth.tokenFile: cannot read /nowhere/token'],
  [
    'web.tls',
    { web: { listen: '127.0.0.1:0', tls: { certFile: '/nowhere/crt', keyFile: '/nowhere/key' } } },
    'web.tls.certFile: cannot read /nowhere/crt',
  ],
  ['evidence.tls', { evidence: { tls: { caFile: '/nowhere/ca' } } }, 'evidence.tls.caFile: cannot read /nowhere/ca'],
  [
    'half of a pair',
    { evidence: { tls: { caFile: 'ca', certFile: 'crt' } } },
    'evidence.tls: expected certFile and keyFile, or neither of them',
  ],
])('%s: what cannot be used is a mistake at the start', async (_, more, sentence) => {
  const file = await written(
    JSON.stringify({ web: 'off', ...more, probes: [{ kind: 'tcp-hold', name: 'x', to: '127.0.0.1:1' }] }),
  )
  const { code, err } = await longhold(['client', '--config', file, '--for', '1s'])
  expect([code, err]).toEqual([2, expect.stringContaining(sentence)])
})

test('who is turned away hears it as a verdict about tokens, and about nothing else', async () => {
  const port = await freePort()
  const [ours, theirs] = [
    await written('token-of-the-client-0123456789\n'),
    await written('token-of-the-server-0123456789\n'),
  ]
  const other = { 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }
  const server = begin([
    'server',
    '--auth-token-file',
    theirs,
    '--config',
    await written(JSON.stringify({ web: 'off', server: { ...other, 'tcp-hold': { listen: `127.0.0.1:${port}` } } })),
  ])
  await server.said('longhold server runs')
  const probes = [{ kind: 'tcp-hold', name: 'x', to: `127.0.0.1:${port}`, connections: 2, idle: '1s', spread: '0s' }]
  const client = await longhold([
    'client',
    '--auth-token-file',
    ours,
    '--once',
    '--for',
    '12s',
    '--config',
    await written(JSON.stringify({ web: 'off', evidence: { kubernetes: 'off' }, probes })),
  ])
  const { verdicts } = JSON.parse(client.out.trim().split('\n').at(-1) ?? '') as {
    verdicts: { name: string; variant: string }[]
  }
  expect(verdicts).toMatchObject([{ name: 'turned-away', variant: 'bad-proof' }])
  expect(client.code).toBe(3)
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})
