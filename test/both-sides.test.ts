import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { realClock } from '../src/clock.ts'
import { loadConfig } from '../src/config/load.ts'
import { type Engine, start } from '../src/engine/engine.ts'
import { kinds } from '../src/probes/index.ts'
import { startWeb } from '../src/web/server.ts'
import { freePort } from './free-port.ts'
import { begin, written } from './cli/longhold.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const off = { 'tcp-hold': 'off', 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }
const quick = { connections: 2, idle: '200ms', spread: '0s', deadline: '2s' }
const keepalive = { idle: '61s', interval: '7s', count: 4 }
const quiet = { web: 'off', journal: 'off', drain: '1s' }

/** A running pair, and what its page says at a path. */
async function pair(config: object): Promise<{ engine: Engine; get: (path: string) => Promise<string> }> {
  const text = JSON.stringify({ ...quiet, ...config })
  const { config: read } = loadConfig(kinds, { command: 'pair', text, flags: {}, env: {} })
  const log = pino({ level: 'silent' })
  const engine = await start({ config: read, command: 'pair', clock: realClock, log, version: 'test' })
  const web = await startWeb({ listen: { host: '127.0.0.1', port: 0 }, source: engine, log, clock: realClock })
  closers.push(
    () => engine.stop(),
    () => web.close(),
  )
  return { engine, get: async path => (await fetch(`http://${web.listens[0]}${path}`)).text() }
}

/** Cells of a row of the table that compares both sides, without markup. */
function cells(markup: string, name: string): readonly string[] {
  const row = new RegExp(`<th scope="row">${name}</th>([^]*?)</tr>`).exec(markup)?.[1] ?? ''
  return [...row.matchAll(/<td[^>]*>([^]*?)<\/td>/g)].map(([, cell = '']) => cell.replace(/<[^>]*>/g, ''))
}
/** What it holds. */
const held = async (engine: Engine) => (await engine.connections({ offset: 0, limit: 100 })).found

/** Lines of the time line that begin with who saw it. */
const lines = (markup: string) =>
  [...markup.matchAll(/<li><time[^]*?<b>(\w+)<\/b> ([^]*?)<\/li>/g)].map(
    ([, who, says = '']) => `${who}: ${says.replace(/<[^>]*>/g, '').trim()}`,
  )

test('a pair shows what its kernel has set and knows, and both sides of each connection', async () => {
  const [tcp, http] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const { engine, get } = await pair({
    server: { ...off, 'tcp-hold': { listen: tcp }, 'http-hold': { listen: http } },
    probes: [
      { kind: 'tcp-hold', name: 'kept', to: tcp, ...quick, keepalive },
      { kind: 'http-hold', name: 'bare', to: http, ...quick },
    ],
  })
  const exchanged = async () => (await held(engine)).every(({ exchanges }) => exchanges > 1)
  await expect.poll(async () => engine.ready().ready && (await exchanged())).toBe(true)

  const rows = (await get('/connections')).split('<tr>').filter(row => row.includes('connection?id='))
  expect(rows).toHaveLength(4)
  for (const row of rows) {
    expect(row).toContain('ESTAB, ack 0s ago, rto ')
    expect(row).toContain(row.includes('tcp-hold') ? '<td>after 1m 1s, 4 x 7s</td>' : '<td>off</td>')
  }
  const listed = JSON.parse(await get('/api/connections?filter=kept')) as { connections: object[] }
  expect(listed.connections).toHaveLength(2)
  expect(listed.connections[0]).toMatchObject({
    remote: tcp,
    options: { keepalive: { idleS: 61, intervalS: 7, count: 4 } },
    tcpInfo: { state: 1, backoff: 0 },
  })

  for (const { id } of await held(engine)) {
    const markup = await get(`/connection?id=${id}`)
    expect(markup).toContain('<p class="headline is-good">Both sides have it open.</p>')
    const [mine, theirs] = [cells(markup, 'Client’s end'), cells(markup, 'Server’s end')]
    expect([mine[0], theirs[0]]).toEqual([mine[1], theirs[1]]) // nothing translates on loopback
    expect(lines(markup)).toEqual(
      expect.arrayContaining([
        'client: opened',
        'server: opened',
        expect.stringMatching(/^server: last byte, after \d+ exchanges/),
      ]),
    )
    expect(markup).not.toContain('another process')
  }
})

/** Lets connections through to `port`, until it resets the client's half of them and keeps the server's. */
async function forgetfulPath(port: number): Promise<{ at: string; forget: () => void }> {
  const pairs: [Socket, Socket][] = []
  const path = createServer({ allowHalfOpen: true }, client => {
    const server = connect(port, '127.0.0.1')
    pairs.push([client, server])
    client.on('data', bytes => server.write(bytes)).on('error', () => {})
    server.on('data', bytes => client.write(bytes)).on('error', () => {})
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => path.once('listening', resolve))
  closers.push(() => {
    path.close()
    for (const each of pairs.flat()) each.destroy()
  })
  const address = path.address()
  return {
    at: typeof address === 'object' && address ? `127.0.0.1:${address.port}` : '',
    forget() {
      path.close()
      for (const [client] of pairs) client.resetAndDestroy()
    },
  }
}

test('a path that forgets a connection leaves a client that knows, and a server that does not', async () => {
  const port = await freePort()
  const path = await forgetfulPath(port)
  const { engine, get } = await pair({
    server: { ...off, 'tcp-hold': { listen: `127.0.0.1:${port}` } },
    probes: [{ kind: 'tcp-hold', name: 'far', to: path.at, ...quick, idle: '10m', connections: 1 }],
  })
  await expect.poll(async () => (await held(engine))[0]?.state).toBe('idle')
  const id = (await held(engine))[0]?.id ?? ''
  path.forget()
  await expect.poll(async () => (await held(engine))[0]?.lastEnd?.id).toBe(id)

  const markup = await get(`/connection?id=${id}`)
  expect(markup).toMatch(
    /It ended for the client \(reset in idle, \ds ago\); the server still has it open, and does not know\./,
  )
  expect(cells(markup, 'Client’s end')[1]).toContain('127.0.0.1:')
  expect(cells(markup, 'TCP')[0]).toContain('ack ') // the kernel's last word, kept with the fault
  const said = lines(markup)
  expect(said).toEqual(expect.arrayContaining(['client: opened', 'server: opened']))
  expect(said.at(-1)).toBe('client: reset in idle: ECONNRESET read')

  // Attempts that fail since then say why it is not open; what was there before them stays.
  await expect.poll(async () => (await held(engine))[0]?.failed?.fate).toBe('refused')
  const list = await get('/connections?filter=reset')
  expect(list).toContain(`<a href="connection?id=${id}"><span class="bad">reset in idle, `)
  expect(list).toContain('refused (ECONNREFUSED connect), tries again in')
})

const local = (port: number) => ({ listen: `127.0.0.1:${port}` })

test('a client asks the server of a connection, in another process, and says why where that is silent', async () => {
  const [data, serverWeb, clientWeb] = [await freePort(), await freePort(), await freePort()]
  const shared = { journal: 'off', drain: '1s', log: { level: 'error' } }
  const serverFile = await written(
    JSON.stringify({
      ...shared,
      identity: { pod: 'far-server', ip: '127.0.0.1' },
      web: local(serverWeb),
      server: { ...off, 'tcp-hold': local(data) },
    }),
  )
  const clientFile = await written(
    JSON.stringify({
      ...shared,
      web: local(clientWeb),
      evidence: { ledgerPort: serverWeb, kubernetes: 'off' },
      probes: [{ kind: 'tcp-hold', name: 'held', to: `127.0.0.1:${data}`, ...quick, idle: '10m', connections: 1 }],
    }),
  )
  const server = begin(['server', '--config', serverFile])
  const client = begin(['client', '--config', clientFile])
  closers.push(async () => {
    for (const { child, ended } of [client, server]) {
      child.kill('SIGKILL')
      await ended
    }
  })
  const get = async (path: string) =>
    (await fetch(`http://127.0.0.1:${clientWeb}${path}`).catch(() => undefined))?.text() ?? ''
  const idOf = async () => /<tr><td><a href="connection\?id=(\w+)"/.exec(await get('/connections?state=idle'))?.[1]
  await expect.poll(idOf, { timeout: 30_000 }).toBeDefined()
  const id = (await idOf()) ?? ''

  const both = await get(`/connection?id=${id}`)
  expect(both).toContain('Both sides have it open.')
  expect(cells(both, 'Who')[1]).toMatch(/^far-server on .*, 127\.0\.0\.1$/)
  expect(both).toMatch(
    /The server is another process\. Its clock (agrees with ours|is \S+ (ahead of|behind) ours), measured now to within \d/,
  )
  expect(lines(both)).toContain('server: opened')
  const far = await (await fetch(`http://127.0.0.1:${serverWeb}/connection?id=${id}`)).text()
  expect(far).toContain('The server has it open. The client’s side is told by the client itself.')

  server.child.kill('SIGKILL')
  await server.ended
  const gone = async () => /<p class="headline[^"]*">([^<]*)/.exec(await get(`/connection?id=${id}`))?.[1] ?? ''
  await expect
    .poll(gone, { timeout: 20_000 })
    .toMatch(
      /^It ended for the client \((closed|reset) in idle, \d+s ago\); the server’s side is not to be had: 127\.0\.0\.1:\d+: it refuses connections\.$/,
    )
})

const readAt = (markup: string) => /\(([\d: -]+) UTC\)/.exec(markup)?.[1]

test('the node page reads this machine, and no oftener than it says', async () => {
  const port = await freePort()
  const { get } = await pair({
    server: { ...off, 'tcp-hold': { listen: `127.0.0.1:${port}` } },
    probes: [{ kind: 'tcp-hold', name: 'kept', to: `127.0.0.1:${port}`, ...quick }],
    evidence: { kubernetes: 'off', agent: 'own' },
  })
  const pages = await Promise.all(Array.from({ length: 20 }, () => get('/node')))
  const [first = ''] = pages
  expect(first).toContain('What a look at the node finds')
  const idle = readFileSync('/proc/sys/net/ipv4/tcp_keepalive_time', 'utf8').trim()
  expect(first).toContain(`<td class="flexible">net.ipv4.tcp_keepalive_time</td><td class="right">${idle}</td>`)
  expect(new Set(pages.map(readAt)).size).toBe(1)
})
