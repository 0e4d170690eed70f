import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { cannotListen, listen } from '../../listen.ts'
import { type Address, parseAddress } from '../../settings/address.ts'
import type { Half, World } from '../kind.ts'
import { framed, unframe } from './framing.ts'
import type { ResponderSettings } from './settings.ts'
import { flaws, longest, replyTo } from './zone.ts'

/** Answers kept back at once (`slow-...`), TCP connections, and how long one of them may stay silent, ms. */
const budget = { slow: 1000, connections: 64, silenceMs: 10_000 }

/**
 * A small DNS server for `longhold.test` on UDP and TCP, so that `longhold pair` has something to ask.
 * Rejects with a Problem when the port is taken.
 */
export async function startResponder(settings: ResponderSettings, world: World): Promise<Half> {
  const reject: Reject = reason => world.tell({ type: 'rejected', side: 'server', kind: 'dns', reason })
  const slow = new Set<() => void>()

  /** Answers through `send`, at once or late; or counts why not. */
  function hear(bytes: Buffer, udp: boolean, send: (answer: Buffer) => void): void {
    const reply = replyTo(bytes, udp)
    if (typeof reply === 'string') return reject(reply)
    if (reply.delayMs === 0) return send(reply.bytes)
    if (slow.size >= budget.slow) return reject('busy')
    const cancel = world.clock.alarm(reply.delayMs, () => {
      slow.delete(cancel)
      send(reply.bytes)
    })
    slow.add(cancel)
  }

  const { server, datagrams, at, sockets } = await listening(settings.listen, hear, reject)
  datagrams.on('error', error => world.log.warn(`dns responder: ${error.message}`))
  return {
    listens: [at],
    ready: () => server.listening,
    connections: () => [],
    async stop() {
      if (!server.listening) return
      for (const cancel of slow) cancel()
      for (const socket of sockets) socket.destroy()
      datagrams.close()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Every reason to turn bytes or a connection away. */
export const rejections = [...flaws, 'busy', 'many', 'not-reading'] as const
type Reject = (reason: (typeof rejections)[number]) => void
type Hear = (bytes: Buffer, udp: boolean, send: (answer: Buffer) => void) => void

async function listening(address: Address, hear: Hear, reject: Reject) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => converse(socket, hear, reject, sockets))
  server.maxConnections = budget.connections
  server.on('drop', () => reject('busy'))
  // TCP first: any free port (0) must be free on both, and TCP ports are the scarcer ones.
  const at = await listen(server, address, setting)
  const datagrams = await listenOver(server, parseAddress(at, 0) ?? address)
  datagrams.on('message', (bytes, { address, port }) =>
    hear(bytes, true, answer => {
      if (server.listening && port > 0) datagrams.send(answer, port, address, () => {}) // who cannot be reached asks again
    }),
  )
  return { server, datagrams, at, sockets }
}

const setting = 'server.dns.listen'

/** UDP on the port that TCP got. */
async function listenOver(server: Server, address: Address): Promise<Datagrams> {
  const datagrams = createSocket(address.host.includes(':') ? 'udp6' : 'udp4')
  try {
    datagrams.bind(address.port, address.host)
    await once(datagrams, 'listening')
    return datagrams
  } catch (error) {
    datagrams.close()
    server.close()
    throw cannotListen(error, address, setting)
  }
}

/** Reads framed questions (RFC 7766: several may follow each other) until the client is silent for too long. */
function converse(socket: Socket, hear: Hear, reject: Reject, sockets: Set<Socket>): void {
  sockets.add(socket)
  socket.setTimeout(budget.silenceMs, () => socket.destroy())
  socket.on('error', () => {}) // `close` follows
  socket.on('close', () => sockets.delete(socket))
  const read = unframe(longest, bytes =>
    hear(bytes, false, answer => {
      if (socket.writable) socket.write(framed(answer))
    }),
  )
  socket.on('data', (chunk: Buffer) => {
    const amiss = read(chunk) ?? (socket.writableLength > unsent ? 'not-reading' : undefined)
    if (amiss === undefined) return
    reject(amiss)
    socket.destroy()
  })
}

/** Answers a client does not read, bytes: more than a flood's first chunk can make. */
const unsent = 1 << 18
