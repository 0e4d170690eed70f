import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type TestWorld, telling, testWorld } from '../../test/world.ts'
import { welcomeFrame } from '../wire/hello.ts'
import { answerCohorts } from './holding.ts'
import type { Half } from './kind.ts'
import { tcpHold } from './tcp-hold/kind.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** Says hello to everyone, and hands out the sockets. */
async function greeter(address = '127.0.0.1') {
  const sockets: Socket[] = []
  const listener = createServer(socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', () => socket.write(welcomeFrame({ pod: 'peer', node: 'n', ip: '127.0.0.1', instance: 'x' })))
  }).listen(0, address)
  await once(listener, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return { sockets, port: (listener.address() as AddressInfo).port }
}

async function cohort(settings: object): Promise<TestWorld & { half: Half }> {
  const world = testWorld('client-0')
  const usual = { name: 'quiet', idle: '10m', spread: '0s', reconnect: { base: '10m', cap: '10m' } }
  const half = await tcpHold.client(tcpHold.settings.parse({ ...usual, ...settings }), world)
  closers.push(
    () => half.stop(500),
    () => world[Symbol.dispose](),
  )
  return Object.assign(world, { half })
}

test('once its connections were tried a cohort is ready, and a reset does not take that back', async () => {
  const { sockets, port } = await greeter()
  const { half, heard } = await cohort({ to: `127.0.0.1:${port}`, connections: 2 })
  expect(half.ready()).toBe(false)
  await expect.poll(() => half.ready()).toBe(true)
  sockets[0]?.resetAndDestroy()
  await heard(telling('ended'))
  expect([...half.connections()].map(({ state }) => state).sort()).toEqual(['idle', 'waiting'])
  expect(half.ready()).toBe(true)
})

test('a name that is gone takes only its own connections along', async () => {
  const { port } = await greeter()
  const { told, heard } = await cohort({ to: [`127.0.0.1:${port}`, 'no-such-name.invalid:7000'], connections: 4 })
  await heard(telling('ended', { fate: 'unreachable' }))
  await expect.poll(() => told.filter(telling('ended')).length).toBe(2)
  await expect.poll(() => told.filter(telling('opened')).length).toBe(2)
})

test('the addresses of a list, and of a name, share the connections, IPv4 and IPv6 alike', async () => {
  const [four, six] = [await greeter('127.0.0.1'), await greeter('::1')]
  const { told } = await cohort({ to: [`127.0.0.1:${four.port}`, `[::1]:${six.port}`], connections: 10 })
  await expect.poll(() => told.filter(telling('opened')).length).toBe(10)
  expect([four.sockets.length, six.sockets.length]).toEqual([5, 5])
})

test('every address gets every rung', async () => {
  const peers = [await greeter(), await greeter()]
  const to = peers.map(({ port }) => `127.0.0.1:${port}`)
  const { half, told } = await cohort({ to, connections: 4, idle: ['10m', '20m'] })
  await expect.poll(() => told.filter(telling('opened')).length).toBe(4)
  const met = [...half.connections()].map(
    ({ addresses, nextMs }) => `${addresses().remote} ${nextMs > 600_000 ? 'long' : 'short'}`,
  )
  expect(met.sort()).toEqual(to.flatMap(each => [`${each} long`, `${each} short`]).sort())
})

test('a listener that cannot accept says so and lives on', async () => {
  const world = testWorld('server-0')
  const warned: string[] = []
  const log = { ...world.log, warn: (text: string) => warned.push(text) } as unknown as TestWorld['log']
  const server: Server = createServer()
  const half = await answerCohorts(
    { kind: 'tcp-hold', setting: 'server.tcp-hold.listen' },
    tcpHold.server?.settings.parse({ listen: '127.0.0.1:0' }) as Parameters<typeof answerCohorts>[1],
    { ...world, log },
    () => ({ server, open: { size: 0 }, farewell: () => server.close(), cutOff: () => {} }),
  )
  closers.push(
    () => half.stop(0),
    () => world[Symbol.dispose](),
  )
  server.emit('error', Object.assign(new Error('accept ENOBUFS'), { code: 'ENOBUFS', syscall: 'accept' }))
  expect(warned).toEqual(['server.tcp-hold could not accept a connection: accept ENOBUFS'])
  expect(half.ready()).toBe(true)
})
