import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type RequestOptions } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { agentReadings } from '../src/agent/asking.ts'
import type { AgentAt } from '../src/agent/get-json.ts'
import { realClock } from '../src/clock.ts'
import { asking } from '../src/evidence/ledger/asking.ts'
import { text } from '../src/http/answer.ts'
import type { Log } from '../src/log.ts'
import { serve } from '../src/http/server.ts'
import { type CertificateFiles, type Certificates, certificatesIn } from '../src/secrets/certificates.ts'
import type { Mounted } from '../src/secrets/mounted.ts'
import type { Peer } from '../src/secrets/peer.ts'
import { parseAddress } from '../src/settings/address.ts'
import { exampleAgent, exampleSource } from './agent-example.ts'
import { authority, type Certified } from './kubernetes-api/certificate.ts'
import { secretFile, silentLog, warnings } from './secrets.ts'
import { hurried } from './world.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const [ours, theirs] = [authority('ours'), authority('theirs')]
const server = ours.server('longhold-server', 'longhold-agent')
const client = ours.client('longhold-client')
const foreign = theirs.client('longhold-client')

/** Files of a Secret, looked at again after 50 ms. */
async function secret({ cert, key }: Partial<Certified>, ca?: string, log: Log = silentLog) {
  const [certFile, keyFile, caFile] = await Promise.all([
    secretFile('tls.crt', cert ?? ''),
    secretFile('tls.key', key ?? ''),
    secretFile('ca.crt', ca ?? ''),
  ])
  const files: CertificateFiles = {
    ...(cert !== undefined && { certFile: certFile.file, keyFile: keyFile.file }),
    ...(ca !== undefined && { caFile: caFile.file }),
  }
  const made = await certificatesIn(files, { setting: 'web.tls' }, { clock: hurried(200), log })
  return { certificates: made, cert: certFile, key: keyFile, ca: caFile }
}

/** A port that says `secret` to whoever may hear it, and `ok` to everybody. */
async function port(certificates: Mounted<Certificates>) {
  const served = await serve({
    listen: { host: '127.0.0.1', port: 0 },
    setting: 'web.listen',
    log: silentLog,
    clock: realClock,
    most: 32,
    certificates,
    open: new Set(['/healthz']),
    respond: ({ url }) => text(url.pathname === '/healthz' ? 'ok' : 'secret'),
  })
  closers.push(() => served.close())
  const { port: number } = parseAddress(served.listens, 0) ?? { port: 0 }
  return {
    at: served.listens,
    to: { host: '127.0.0.1', port: number, servername: 'longhold-server', ca: ours.ca, agent: false as const },
  }
}

async function read(options: RequestOptions): Promise<{ status: number; body: string }> {
  const request = get(options)
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  let body = ''
  for await (const part of response) body += String(part)
  return { status: response.statusCode ?? 0, body }
}

describe('a port with TLS', () => {
  test('is read by anybody, where no authorities of clients are set; not over plain HTTP, and not with an old version', async () => {
    const { certificates } = await secret(server)
    const { at, to } = await port(certificates)
    expect(await read({ ...to, path: '/' })).toEqual({ status: 200, body: 'secret' })
    await expect(fetch(`http://${at}/`)).rejects.toThrow()
    const old = { ...to, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(read({ ...old, path: '/' })).rejects.toThrow(/protocol version|unsupported protocol/)
  })

  test.each([
    ['the right certificate', client, 200, 'secret'],
    ['none', {}, 403, 'found none'],
    ['one of another authority', foreign, 403, 'found one that somebody else signed'],
    ['one that is over', ours.during(-48, -24).client('old'), 403, 'found one that is over'],
    ['one that is not valid yet', ours.during(24, 48).client('new'), 403, 'found one that is not valid yet'],
    ['one that is meant for servers only', server, 403, 'found one that is not meant for clients'],
  ])('that wants certificates: who shows %s', async (_, shown, status, says) => {
    const { to } = await port((await secret(server, ours.ca)).certificates)
    const answer = await read({ ...to, ...shown, path: '/' })
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(says)
    expect(await read({ ...to, ...shown, path: '/healthz' })).toEqual({ status: 200, body: 'ok' }) // a kubelet shows none
  })

  test('shows a rotated certificate to new connections, and goes on with those that are open', async () => {
    const files = await secret(server, ours.ca)
    const { to } = await port(files.certificates)
    const before = await tls({ ...to, ...client })
    const first = before.getPeerCertificate().serialNumber
    const next = ours.server('longhold-server')
    await files.cert.write(next.cert)
    await files.key.write(next.key)
    await expect
      .poll(async () => (await tls({ ...to, ...client })).getPeerCertificate().serialNumber, { timeout: 10_000 })
      .not.toBe(first)
    before.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const [answer] = (await once(before, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('believes rotated authorities only, also of a session that is resumed', async () => {
    const files = await secret(server, ours.ca)
    const { to } = await port(files.certificates)
    const before = await tls({ ...to, ...client })
    let session: Buffer | undefined = before.getSession()
    before.on('session', (made: Buffer) => (session = made))
    await files.ca.write(theirs.ca)
    await expect.poll(async () => (await read({ ...to, ...foreign, path: '/' })).status, { timeout: 10_000 }).toBe(200)
    expect((await read({ ...to, ...client, path: '/' })).status).toBe(403)
    expect((await read({ ...to, ...client, ...(session && { session }), path: '/' })).status).toBe(403)
  })

  test('keeps what is in force while files are half rotated, broken or gone, and says so once', async () => {
    const { log, said } = warnings()
    const files = await secret(server, ours.ca, log)
    const { to } = await port(files.certificates)
    const next = ours.server('longhold-server')
    await files.cert.write(next.cert)
    await expect.poll(() => said.length, { timeout: 10_000 }).toBe(1)
    expect(said[0]).toMatch(
      /^web\.tls\.certFile: expected the certificate of the key in \S+, found that of another in \S+; what was read before stays in force$/,
    )
    expect((await read({ ...to, ...client, path: '/' })).body).toBe('secret')
    await files.cert.write('broken')
    await expect.poll(() => said.length, { timeout: 10_000 }).toBe(2)
    expect((await read({ ...to, ...client, path: '/' })).body).toBe('secret')
    await files.cert.write(next.cert)
    await files.key.write(next.key)
    const ends = files.certificates.current
    await expect.poll(() => files.certificates.current !== ends, { timeout: 10_000 }).toBe(true)
    expect(said).toHaveLength(2)
  })

  test('is not harmed by bytes that are no TLS, handshakes that never end, or a crowd of them', async () => {
    const { to } = await port((await secret(server, ours.ca)).certificates)
    const strangers = Array.from({ length: 64 }, (_, i) => {
      const socket = connectPlain(to.port, to.host)
      socket.on('error', () => {}).resume()
      // A record of a handshake that promises 16 KiB and sends none of it; noise; HTTP.
      socket.write(
        [Buffer.from([22, 3, 1, 64, 0]), randomBytes(4096), Buffer.from('GET / HTTP/1.1\r\n\r\n')][i % 3] ?? '',
      )
      closers.push(() => socket.destroy())
      return socket
    })
    const refused = strangers.filter((_, i) => i % 3 > 0)
    await expect.poll(() => refused.every(({ closed }) => closed), { timeout: 20_000 }).toBe(true)
    for (const socket of strangers) socket.destroy()
    await expect
      .poll(async () => (await read({ ...to, ...client, path: '/' }).catch(() => undefined))?.body, { timeout: 10_000 })
      .toBe('secret')
  })
})

async function tls(options: ConnectionOptions) {
  const socket = connectTls(options)
  closers.push(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

const peer = async (shown: Partial<Certified>, ca: string, name = 'longhold-server'): Promise<Peer> => ({
  certificates: (await secret(shown, ca)).certificates,
  name,
})

describe('who asks over TLS', () => {
  test.each([
    [
      'its own certificate and the right authority',
      client,
      ours.ca,
      'longhold-server',
      { status: 200, body: 'secret' },
    ],
    ['no certificate', {}, ours.ca, 'longhold-server', { status: 403 }],
    ['a foreign certificate', foreign, ours.ca, 'longhold-server', { status: 403 }],
    [
      'a foreign authority',
      client,
      theirs.ca,
      'longhold-server',
      { why: 'its certificate is signed by nobody we believe' },
    ],
    ['another name in mind', client, ours.ca, 'longhold-other', { why: 'its certificate is not for longhold-other' }],
  ])('a server, with %s', async (_, shown, ca, name, heard) => {
    const { at } = await port((await secret(server, ours.ca)).certificates)
    using ask = asking(realClock, { tls: await peer(shown, ca, name) })
    expect(await ask(`https://${at}/`)).toMatchObject(heard)
  })

  test('a server whose certificate is over, or that talks plain HTTP, is told as such', async () => {
    const old = await port((await secret(ours.during(-48, -24).server('longhold-server'))).certificates)
    using ask = asking(realClock, { tls: await peer(client, ours.ca) })
    expect(await ask(`https://${old.at}/`)).toEqual({ why: 'its certificate is over' })
    const plain = await exampleAgent([])
    closers.push(() => plain.close())
    expect(await ask(`https://${plain.listens}/`)).toEqual({ why: 'it does not talk TLS' })
  })

  test('with a rotated certificate and authority asks with what the files say now', async () => {
    const files = await secret(client, ours.ca)
    const both = await port((await secret(theirs.server('longhold-server'), theirs.ca)).certificates)
    const told = async () => {
      using ask = asking(realClock, { tls: { certificates: files.certificates, name: 'longhold-server' } })
      return await ask(`https://${both.at}/`)
    }
    expect(await told()).toHaveProperty('why')
    await files.cert.write(foreign.cert)
    await files.key.write(foreign.key)
    await files.ca.write(theirs.ca)
    await expect.poll(told, { timeout: 10_000 }).toMatchObject({ status: 200 })
  })

  test('an agent hears it, and nobody without a certificate is told anything but its health', async () => {
    const source = exampleSource('told', async () => 'evidence')
    const agent = await exampleAgent([source], { certificates: (await secret(server, ours.ca)).certificates })
    closers.push(() => agent.close())
    const at = parseAddress(agent.listens, 0)
    if (!at) throw new Error('an agent listens on an address')
    const nobody = { flows: [], accounts: [] }
    const ask = async (how: Partial<AgentAt>) =>
      (await agentReadings({ at, ...how }, nobody, { clock: realClock, costly: true, sources: [source] }))['told']
    expect(await ask({ tls: await peer(client, ours.ca, 'longhold-agent') })).toMatchObject({ value: 'evidence' })
    expect(await ask({ tls: await peer({}, ours.ca, 'longhold-agent') })).toMatchObject({
      absent: expect.stringContaining('it answers 403: expected a client certificate'),
    })
    expect(await ask({ tls: await peer(client, ours.ca, 'longhold-other') })).toMatchObject({
      absent: expect.stringContaining('its certificate is not for longhold-other'),
    })
    expect(await ask({})).toHaveProperty('absent')
    const to = { ...at, servername: 'longhold-agent', ca: ours.ca, agent: false as const }
    expect(await read({ ...to, path: '/healthz' })).toEqual({ status: 200, body: 'ok\n' })
    const metrics = await read({ ...to, ...client, path: '/metrics' })
    expect(metrics.body).toMatch(/longhold_agent_tls_not_after_timestamp_seconds\{what="certificate"\} \d{10}/)
    expect(metrics.body).toContain('longhold_agent_requests_total{outcome="unauthorized"} 1')
    expect(metrics.body).toContain('longhold_agent_requests_total{outcome="not-its-flow"} 0')
  })
})

test.each([
  [
    'a certificate that is none',
    { ...server, cert: 'hello' },
    undefined,
    'web.tls.certFile: expected a certificate in PEM in',
  ],
  [
    'a broken certificate',
    { ...server, cert: server.cert.replace(/\n.{9}/, '\nAAAAAAAAA') },
    undefined,
    'web.tls.certFile: expected certificates in PEM in',
  ],
  ['a key that is none', { ...server, key: 'hello' }, undefined, 'web.tls.keyFile: expected a private key in PEM in'],
  [
    'the key of another',
    { ...server, key: client.key },
    undefined,
    'web.tls.certFile: expected the certificate of the key in',
  ],
  ['authorities that are none', server, ' ', 'web.tls.caFile: expected a certificate in PEM in'],
])('%s is a mistake that names setting and file', async (_, shown, ca, sentence) => {
  const made = secret(shown, ca)
  await expect(made).rejects.toThrow(sentence)
  await expect(made).rejects.toMatchObject({ name: 'Problem', exitCode: 2 })
})

test('a file that is not there is a mistake that names setting and file', async () => {
  const files = { certFile: '/nowhere/tls.crt', keyFile: '/nowhere/tls.key' }
  await expect(certificatesIn(files, { setting: 'web.tls' }, { clock: realClock, log: silentLog })).rejects.toThrow(
    /web\.tls\.(cert|key)File: cannot read \/nowhere\/tls\.(crt|key) \(ENOENT/,
  )
})
