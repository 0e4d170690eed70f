import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { httpHold } from '../src/probes/http-hold/kind.ts'
import type { Half } from '../src/probes/kind.ts'
import { type TestWorld, testWorld } from './world.ts'

const closers: (() => unknown)[] = []
/** Closes everything opened here, newest first: for `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close()
}

/** The real server half, on a port of its own. */
export async function server(settings: object = {}) {
  const world = testWorld('server-0')
  const half = await httpHold.server?.start(
    httpHold.server.settings.parse({ listen: '127.0.0.1:0', ...settings }),
    world,
  )
  if (!half) throw new Error('http-hold has a server half')
  closers.push(
    () => half.stop(0),
    () => world[Symbol.dispose](),
  )
  return { world, half, address: half.listens[0] ?? '' }
}

/** The real client half: one connection of one cohort, quick. */
export async function client(to: string, settings: object = {}): Promise<TestWorld & { half: Half }> {
  const world = testWorld('client-0')
  const half = await httpHold.client(
    httpHold.settings.parse({
      name: 'quick',
      to,
      connections: 1,
      idle: '60ms',
      deadline: '400ms',
      spread: '0s',
      reconnect: { base: '20ms', cap: '50ms' },
      ...settings,
    }),
    world,
  )
  closers.push(
    () => half.stop(500),
    () => world[Symbol.dispose](),
  )
  return Object.assign(world, { half })
}

/** A peer written by hand: what it does with each connection is its name. */
export async function peer(meets: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const listener = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    meets(socket)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return `127.0.0.1:${(listener.address() as AddressInfo).port}`
}

const from = { pod: 'peer', node: 'n', ip: '127.0.0.1', instance: 'x' }
/** The answer to a request, as the server half would give it. */
export const answer = (request: Buffer, more = '', body = JSON.stringify({ from })) => {
  const nonce = /longhold-nonce: (\S+)/i.exec(request.toString('latin1'))?.[1] ?? ''
  return `HTTP/1.1 200 OK\r\nlonghold-nonce: ${nonce}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
}
/** Answers the hello, then does what its name says. */
export const greets = (then: (socket: Socket) => void, more = '') => {
  return (socket: Socket) =>
    socket.once('data', (hello: Buffer) => {
      socket.write(answer(hello, more))
      then(socket)
    })
}
