import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import * as fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { strangersHello } from '../../../test/strangers-hello.ts'
import { hurried, telling, testWorld } from '../../../test/world.ts'
import { beat, frame } from '../../wire/frame.ts'
import { type Hello, helloFrame, readBye } from '../../wire/hello.ts'
import { tcpHold } from './kind.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** The real server half; its ten seconds of patience pass in half a second. */
async function server(settings: object = {}) {
  const world = testWorld('server-0', hurried(20))
  const half = await tcpHold.server?.start(tcpHold.server.settings.parse({ listen: '127.0.0.1:0', ...settings }), world)
  closers.push(
    () => half?.stop(0),
    () => world[Symbol.dispose](),
  )
  const [host = '', port] = half?.listens[0]?.split(':') ?? []
  const knock = async (...sent: Uint8Array[]): Promise<Socket> => {
    const socket = connect(Number(port), host)
    closers.push(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    for (const bytes of sent) socket.write(bytes)
    return socket
  }
  return { world, knock }
}

const hello = (fields: Partial<Hello> = {}): Buffer => helloFrame({ ...strangersHello, ...fields })

/** Everything the server said before it closed. */
async function lastWords(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  if (!socket.destroyed) await once(socket, 'close')
  return readBye(Buffer.concat(chunks).subarray(8))
}

test.each([
  ['bad-magic', 'an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['bad-version', 'version 9', Buffer.from([0x4c, 0x48, 9, 1, 0, 0, 0, 0])],
  ['bad-type', 'an unknown type', Buffer.from([0x4c, 0x48, 1, 99, 0, 0, 0, 0])],
  ['too-long', 'a frame of 4 GiB', Buffer.from([0x4c, 0x48, 1, 1, 0xff, 0xff, 0xff, 0xff])],
  ['bad-hello', 'a ping before hello', beat('ping', 0, Buffer.alloc(16))],
  ['bad-hello', 'a hello that is no JSON', frame('hello', Buffer.from('{{{'))],
  ['bad-hello', 'a hello that would make us speak every millisecond', hello({ idleMs: [1], speaker: 'server' })],
  ['no-hello', 'nothing at all', Buffer.alloc(0)],
  ['no-hello', 'half a hello, then silence', hello().subarray(0, 20)],
])('%s: %s is counted, told why and closed', async (reason, _, bytes) => {
  const { world, knock } = await server()
  const words = await lastWords(await knock(bytes))
  expect(words).toBe(reason)
  expect(world.told.filter(telling('rejected'))).toMatchObject([{ reason, kind: 'tcp-hold' }])
  expect(world.ledger.page(0, 1).total).toBe(0)
})

test('a frame that comes in drips has ten seconds, not ten seconds for each drip', async () => {
  const { world, knock } = await server()
  const socket = await knock(hello())
  await world.heard(telling('opened'))
  const ping = beat('ping', 0, Buffer.alloc(16))
  let sent = 0
  const drip = setInterval(() => socket.write(ping.subarray(sent, ++sent)), 100)
  closers.push(() => clearInterval(drip))
  await world.heard(telling('rejected', { reason: 'half-frame' }), 3000)
  expect(sent).toBeLessThan(ping.length)
})

test('the same id twice is refused, the first connection lives on', async () => {
  const { world, knock } = await server()
  await knock(hello())
  await world.heard(telling('opened'))
  const words = await lastWords(await knock(hello()))
  expect(words).toBe('duplicate-id')
  expect(world.ledger.find('stranger')?.state).toBe('open')
})

test('one that asks and does not read is cut off before its answers pile up', { timeout: 30_000 }, async () => {
  const { world, knock } = await server()
  const socket = await knock(hello())
  socket.pause()
  const ping = beat('ping', 0, Buffer.alloc(2040))
  const flood = setInterval(() => socket.write(ping), 2) // 25 a second: time runs twenty times faster here
  closers.push(() => clearInterval(flood))
  const { reason } = await world.heard(telling('rejected'), 25_000)
  expect(['not-reading', 'flood']).toContain(reason) // a busy machine reads many at once
  expect(await world.heard(telling('ended'))).toMatchObject({ fate: 'wrong-reply', code: reason })
  // The server let go of it, unsent answers and all: what a socket is waiting for would otherwise wait for ever.
  await expect.poll(() => socket.destroyed, { timeout: 5000 }).toBe(true)
})

test.each([
  ['thousands of frames at once', 2000, 1000],
  ['frames that come faster than any silence', 4, 1],
])('%s end the connection before they are answered', async (_, atOnce, everyMs) => {
  const { world, knock } = await server()
  const socket = await knock(hello())
  socket.resume()
  const pings = Buffer.concat(Array.from({ length: atOnce }, (_, i) => beat('ping', i, Buffer.alloc(16))))
  const flood = setInterval(() => socket.write(pings), everyMs)
  closers.push(() => clearInterval(flood))
  await world.heard(telling('rejected', { reason: 'flood' }), 15_000)
  expect(await world.heard(telling('ended'))).toMatchObject({ fate: 'wrong-reply', code: 'flood' })
  expect(world.told.filter(telling('exchanged')).length).toBeLessThan(1000)
})

test('connections beyond the limit are refused and counted, those within live', async () => {
  const { world, knock } = await server({ maxConnections: 3 })
  for (let i = 0; i < 3; i++) await knock(hello({ id: `held-${i}` }))
  await expect.poll(() => world.told.filter(telling('opened')).length).toBe(3)
  for (let i = 0; i < 5; i++) await knock(hello({ id: `more-${i}` }))
  await expect.poll(() => world.told.filter(telling('rejected', { reason: 'max-connections' })).length).toBe(5)
  expect(world.ledger.openCount).toBe(3)
})

test('random bytes, before hello and after it, end in a reason; nothing is left open', async () => {
  const { world, knock } = await server()
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.uint8Array({ minLength: 1, maxLength: 600 }), async (greets, noise) => {
      const socket = await knock(...(greets ? [hello({ id: `r${world.told.length}` })] : []), noise)
      socket.resume()
      socket.end()
      await once(socket, 'close')
    }),
    { numRuns: 150 },
  )
  await expect.poll(() => world.ledger.openCount, { timeout: 5000 }).toBe(0)
})

test('ten thousand knocks with garbage leave no memory behind', async () => {
  const { world, knock } = await server()
  const garbage = Buffer.alloc(1500, 'x')
  const flood = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const socket = await knock(garbage)
      socket.resume()
      await once(socket, 'close')
      closers.pop()
    }
    world.told.length = 0
    expect(globalThis.gc, 'run with --expose-gc').toBeDefined()
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  await flood(1000)
  const before = await flood(1000)
  const after = await flood(8000)
  expect(after - before).toBeLessThan(4 * 1024 * 1024)
})
