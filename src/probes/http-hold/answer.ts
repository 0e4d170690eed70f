import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { readTcpInfo } from '../../kernel/tcp-info.ts'
import { classify } from '../../outcome/classify.ts'
import type { Word } from '../../outcome/fate.ts'
import { isPlanned, plannedByes, readHello } from '../../wire/hello.ts'
import { accountOf } from '../account.ts'
import type { Answering } from '../holding.ts'
import type { World } from '../kind.ts'
import { part } from '../parting.ts'
import { door } from '../proving.ts'
import { readBody } from './body.ts'
import { byeHeader, closing, goodbye } from './goodbye.ts'
import { endingOf, type Guest, newGuest, ofGuest, overdue, overdueAfter, sayGoodbye } from './guest.ts'
import { amissWith, type Rejection, statuses, unreadable } from './rejection.ts'
import { proofHeader } from './request.ts'

export interface AnswerOptions {
  readonly maxConnections: number
  /** How long a request may take to arrive, the first one of a connection included. */
  readonly patienceMs?: number
  /** How long a client may be overdue before we say goodbye: one that only stalled shall not lose its connection. */
  readonly graceMs?: number
}

/** Requests on their way: a client that waits for its answers has one. */
const mostAtOnce = 8

/** The server half: answers `/hold`, keeps idle connections for ever, and keeps the ledger. */
export function answering(
  { maxConnections, patienceMs = 10_000, graceMs = 60_000 }: AnswerOptions,
  world: World,
): Answering {
  const { clock, wheel, tell, ledger, identity } = world
  const unproven = door('http-hold', world)
  const guests = new Map<Socket, Guest>()
  let stopping = false
  const server = createServer(
    {
      keepAliveTimeout: 0, // never closes an idle connection
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      connectionsCheckingInterval: patienceMs / 4,
      maxHeaderSize: 8192,
      noDelay: true,
    },
    serve,
  )
  server.maxConnections = maxConnections
  server.on('connection', welcome)
  server.on('clientError', mistaken)
  server.on('drop', () => told('max-connections'))

  function welcome(socket: Socket): void {
    const guest = newGuest(socket, clock.steady(), ring)
    guests.set(socket, guest)
    socket.on('error', error => end(guest, classify(error)))
    socket.on('end', () => end(guest, { fate: 'closed', code: 'FIN' }))
    socket.on('close', () => end(guest, { fate: 'closed', code: 'CLOSE' }))
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const guest = guests.get(request.socket)
    if (!guest) return void request.socket.destroy()
    const amiss = amissWith(request)
    if (amiss) return reject(guest, amiss)
    if (world.token && !guest.hello && request.method !== 'POST') return reject(guest, 'no-proof')
    if (request.method === 'DELETE') return leave(guest, response)
    if (guest.busy >= mostAtOnce) return reject(guest, 'flood')
    guest.busy += 1
    response.once('close', () => (guest.busy -= 1))
    if (request.method === 'POST')
      readBody(request, body => {
        if (!guests.has(guest.socket)) return // what came behind the hello has ended it already
        if (body) greet(guest, body, request, response)
        else reject(guest, 'body-too-large')
      })
    else exchanged(guest, request, response)
  }

  function greet(guest: Guest, body: Buffer, request: IncomingMessage, response: ServerResponse): void {
    const hello = readHello(body)
    if (!hello) return reject(guest, 'bad-hello')
    const why = unproven(hello, request.headersDistinct[proofHeader]?.[0])
    if (why) return reject(guest, why)
    if (guest.hello) return reject(guest, 'second-hello')
    const account = accountOf('http-hold', hello, guest.socket, clock.now())
    if (!ledger.open(account)) return reject(guest, 'duplicate-id')
    const now = clock.steady()
    Object.assign(guest, { hello, account, openedAt: now })
    tell({ type: 'opened', ...ofGuest(hello), id: hello.id, peer: hello.from, tookUs: (now - guest.acceptedAt) * 1000 })
    answer(guest, request, response)
  }

  /** Whoever asks without a hello (curl, say) is answered, and has no account. */
  function exchanged(guest: Guest, request: IncomingMessage, response: ServerResponse): void {
    const { hello, account } = guest
    if (hello && account) {
      account.exchanges += 1
      account.state = 'open'
      const idleMs = clock.steady() - guest.since
      tell({ type: 'exchanged', ...ofGuest(hello), id: hello.id, speaker: 'client', idleMs, tookUs: 0 })
    }
    answer(guest, request, response)
  }

  function answer(guest: Guest, request: IncomingMessage, response: ServerResponse): void {
    const { hello, account, socket } = guest
    const body = JSON.stringify({ from: identity })
    const nonce = String(request.headers['longhold-nonce'] ?? '').slice(0, 64)
    if (stopping) guest.bye ??= plannedByes.server
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'longhold-nonce': nonce,
      ...(hello && { 'longhold-id': hello.id }),
      ...(guest.bye !== undefined && { connection: 'close', [byeHeader]: guest.bye }),
    })
    response.end(body)
    guest.since = clock.steady()
    if (hello) wheel.set(guest, overdueAfter(hello))
    if (account)
      Object.assign(account, { lastAt: clock.now(), bytesIn: socket.bytesRead, bytesOut: socket.bytesWritten })
  }

  function leave(guest: Guest, response: ServerResponse): void {
    guest.bye = plannedByes.client
    response.writeHead(204, { connection: 'close' }).end()
    end(guest, goodbye(plannedByes.client).word)
  }

  function ring(this: Guest): void {
    if (this.bye !== undefined) return end(this, { fate: 'timeout', code: 'DEADLINE' })
    if (this.account?.state === 'open') {
      this.account.state = 'overdue'
      return wheel.set(this, graceMs)
    }
    sayGoodbye(this, overdue)
    wheel.set(this, patienceMs)
  }

  /** node could not read a request, or lost the connection meanwhile (which the socket's own `error` tells). */
  function mistaken(error: Error, socket: unknown): void {
    const guest = guests.get(socket as Socket) // node's types say Duplex: it is the socket of `connection`
    const reason = unreadable(error)
    if (guest && reason) reject(guest, reason)
    else (socket as Socket).destroy()
  }

  function reject(guest: Guest, reason: Rejection): void {
    told(reason)
    guest.socket.end(closing(statuses[reason], reason))
    end(guest, { fate: 'wrong-reply', code: reason })
  }

  /** The first end of each counts. The socket may live on for as long as it takes to send what was said. */
  function end(guest: Guest, word: Word): void {
    if (!guests.delete(guest.socket)) return
    wheel.clear(guest)
    guest.lastInfo ??= readTcpInfo(guest.socket)
    part(guest.socket)
    const { hello, account, bye } = guest
    if (!hello || !account) return // it never said who it was: counted as rejected, if it was more than a port check
    account.bytesIn = guest.socket.bytesRead
    account.bytesOut = guest.socket.bytesWritten
    const planned = bye !== undefined && isPlanned(bye)
    const ended = endingOf(guest, hello, planned ? goodbye(bye).word : word, planned, clock.steady())
    const { fate, phase, code, zombie } = ended
    ledger.end(hello.id, { at: clock.now(), fate, phase, code, planned, zombie })
    tell(ended)
  }

  const told = (reason: Rejection): void => tell({ type: 'rejected', side: 'server', kind: 'http-hold', reason })

  return {
    server,
    open: guests,
    farewell() {
      stopping = true
      // Not `server.close()`: since Node 19 it destroys idle connections, before they hear our goodbye.
      NetServer.prototype.close.call(server)
      for (const guest of guests.values()) if (guest.busy === 0) sayGoodbye(guest, plannedByes.server)
    },
    cutOff() {
      for (const guest of guests.values()) {
        end(guest, { fate: 'cancelled', code: 'STOP' })
        guest.socket.destroy()
      }
      server.close() // stops node's own timer
    },
  }
}
