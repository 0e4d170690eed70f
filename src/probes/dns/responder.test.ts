import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { telling, testWorld } from '../../../test/world.ts'
import { framed } from './framing.ts'
import { dns } from './kind.ts'
import { queryFor } from './query.ts'

const running: { stop(): unknown }[] = []
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop()
})

function world() {
  const here = testWorld()
  running.push({ stop: () => here[Symbol.dispose]() })
  return here
}

async function responder(listen = '127.0.0.1:0') {
  const here = world()
  const half = await dns.server!.start(dns.server!.settings.parse({ listen }), here)
  running.push({ stop: () => half.stop(0) })
  const at = half.listens[0] ?? ''
  return { at, port: Number(at.split(':').at(-1)), world: here, half }
}

async function client(servers: string[], settings: object) {
  const here = world()
  const parsed = dns.settings.parse({ name: 'dns', servers, every: '200ms', ports: ['fresh'], ...settings })
  const half = await dns.client(parsed, here)
  running.push({ stop: () => half.stop(0) })
  return here
}

test.each([
  ['web.longhold.test', { rcode: 'NOERROR' }],
  ['nx.longhold.test', { rcode: 'NXDOMAIN' }],
  ['servfail.longhold.test', { rcode: 'SERVFAIL' }],
  ['example.com', { rcode: 'REFUSED' }],
  ['big.longhold.test', { rcode: 'NOERROR', truncated: true }],
])('%s', async (name, ending) => {
  const { at } = await responder()
  const here = await client([at], { names: [name] })
  expect(await here.heard(telling('asked'))).toMatchObject({ fate: 'ok', ...ending, question: `${name} A` })
})

test('a slow name is slow, and late for those who do not wait', async () => {
  const { at } = await responder()
  const here = await client([at], {
    names: ['slow-300.longhold.test'],
    timeout: '200ms',
    every: '10s',
    ports: ['fresh', 'pair'],
  })
  expect(await here.heard(telling('asked', { mode: 'pair' }))).toMatchObject({ fate: 'timeout' })
  expect((await here.heard(telling('strayed', { mode: 'fresh' }))).tookUs).toBeGreaterThanOrEqual(299_000)
})

test('IPv6 as well', async () => {
  const { at } = await responder('[::1]:0')
  const here = await client([at], { names: ['web.longhold.test'], resolver: { ndots: 1 } })
  expect(await here.heard(telling('asked', { mode: 'fresh' }))).toMatchObject({ fate: 'ok', rcode: 'NOERROR' })
  expect(await here.heard(telling('asked', { mode: 'resolver' }))).toMatchObject({ fate: 'ok', by: at })
})

test('garbage is counted, never answered, and closes a TCP connection when it is too long', async () => {
  const { port, world } = await responder()
  const garbler = createSocket('udp4')
  let answers = 0
  garbler.on('message', () => (answers += 1))
  running.push({ stop: () => garbler.close() })
  const query = queryFor({ id: 1, name: 'web.longhold.test', type: 'A', edns: false }).bytes
  const answer = Buffer.from(query)
  answer.writeUInt16BE(0x8000, 2)
  for (const bytes of [Buffer.alloc(3), answer, Buffer.concat([query, Buffer.alloc(600)])])
    garbler.send(bytes, port, '127.0.0.1')
  for (const reason of ['short', 'response', 'long']) await world.heard(telling('rejected', { reason, kind: 'dns' }))
  expect(answers).toBe(0)
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(Buffer.from([0xff, 0xff, 0]))
  await once(socket.resume(), 'close')
})

test('over TCP several questions may follow each other, in whatever pieces', async () => {
  const { port } = await responder()
  const queries = [1, 2].map(id => framed(queryFor({ id, name: 'web.longhold.test', type: 'A', edns: false }).bytes))
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let got = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => (got = Buffer.concat([got, chunk])))
  for (const byte of Buffer.concat(queries)) socket.write(Buffer.from([byte]))
  const length = 2 + 35 + 33 // length, header and question, one record without compression
  await expect.poll(() => got.length).toBe(2 * length)
  expect([got.readUInt16BE(2), got.readUInt16BE(length + 2)]).toEqual([1, 2])
  socket.destroy()
})

test.each([
  ['many', 1000, 1000],
  ['not-reading', 8, 20],
])('questions without end over TCP: %s', async (reason, atOnce, everyMs) => {
  const { port, world } = await responder()
  const query = framed(queryFor({ id: 1, name: 'big.longhold.test', type: 'AAAA', edns: false }).bytes)
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.pause()
  const flood = setInterval(() => socket.write(Buffer.concat(Array<Buffer>(atOnce).fill(query))), everyMs)
  running.push({ stop: () => clearInterval(flood) })
  await world.heard(telling('rejected', { reason, kind: 'dns' }), 15_000)
  await expect.poll(() => socket.destroyed || socket.writableLength === 0).toBe(true)
})

test('a taken port is one sentence with the fix', async () => {
  const { at } = await responder()
  await expect(responder(at)).rejects.toThrow(
    `cannot listen on ${at}: another process has this port; choose another with server.dns.listen, 0 for any free one.`,
  )
})

test('stopping twice is stopping once, and leaves nothing behind', async () => {
  const { half, at } = await responder()
  await half.stop(0)
  await half.stop(0)
  expect(half.ready()).toBe(false)
  await responder(at)
})
