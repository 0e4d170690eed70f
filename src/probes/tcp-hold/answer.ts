import { createServer, type Socket } from 'node:net'
import { readTcpInfo } from '../../kernel/tcp-info.ts'
import type { Account } from '../../ledger/ledger.ts'
import { classify } from '../../outcome/classify.ts'
import type { HoldPhase, Word } from '../../outcome/fate.ts'
import type { OfCohort } from '../../outcome/observation.ts'
import { assemble } from '../../wire/assembly.ts'
import { type Frame, payloadOf } from '../../wire/frame.ts'
import { byeFrame, type Hello, plannedByes, readHello, welcomeFrame } from '../../wire/hello.ts'
import type { Answering } from '../holding.ts'
import type { World } from '../kind.ts'
import { accountOf } from '../account.ts'
import { part } from '../parting.ts'
import { door } from '../proving.ts'
import { conversation, mostUnsent, phaseOf } from './conversation.ts'
import { ending } from './ending.ts'
import { type Held, heldBy, newHeld, tie } from './held.ts'
import { introductions } from './introductions.ts'
import { mostAtOnce, type Rejection, tooMany } from './rejection.ts'
import type { Turns } from './turns.ts'

/** How long a stranger may take to say hello, and a peer to finish a frame, ms. */
const patienceMs = 10_000

/** The server half: holds whatever connects, answers, speaks when it is its turn, and keeps the ledger. */
export function answering(maxConnections: number, world: World): Answering {
  const { clock, wheel, tell, ledger, identity } = world
  const open = new Set<Held>()
  const intern = introductions()
  const unproven = door(kind, world)
  const talk = conversation(world, 'server', {
    end,
    overdue: held => note(held, account => (account.state = 'overdue')),
    exchanged: held =>
      note(held, account => {
        account.state = 'open'
        account.exchanges += 1
      }),
  })

  const server = createServer({ noDelay: true }, welcome)
  server.maxConnections = maxConnections
  server.on('drop', () => told('max-connections'))

  function welcome(socket: Socket): void {
    const held = newHeld(0, stranger, noTurns, patienceMs, ring)
    held.stage = 'greeting'
    held.since = clock.steady()
    tie(held, socket)
    open.add(held)
    wheel.set(held, patienceMs)
    socket.on('data', onData).on('error', onError).on('end', onEnd).on('close', onClose)
  }

  function ring(this: Held): void {
    if (this.stage === 'greeting') reject(this, 'no-hello')
    else if (this.rest) reject(this, 'half-frame')
    else talk.due(this)
  }

  function onData(this: Socket, bytes: Buffer): void {
    const held = heldBy(this)
    if (!held) return
    const waited = held.rest !== undefined
    let frames = 0
    const left = assemble(held.rest, bytes, frame => {
      if (++frames > mostAtOnce) reject(held, 'flood')
      else hear(held, frame)
      return held.socket === this
    })
    if (typeof left === 'string') return reject(held, left)
    if (held.socket !== this) return
    if (tooMany(held.exchanges, clock.steady() - held.openedAt)) return reject(held, 'flood')
    held.rest = left
    note(held, account => {
      weigh(account, this)
      account.lastAt = clock.now()
    })
    if (this.writableLength > mostUnsent) return reject(held, 'not-reading')
    // A frame that arrives by drips must be whole in time; its silence is over anyway.
    if (left && !waited && held.stage !== 'greeting') wheel.set(held, patienceMs)
  }

  function hear(held: Held, frame: Frame): void {
    if (held.stage !== 'greeting') return talk.hear(held, frame)
    const hello = frame.type === 'hello' ? readHello(payloadOf(frame)) : undefined
    if (hello) greeted(held, hello)
    else reject(held, 'bad-hello')
  }

  function greeted(held: Held, hello: Hello): void {
    const { socket } = held
    if (!socket) return
    const why = unproven(hello, hello.proof)
    if (why) return reject(held, why)
    if (!ledger.open(accountOf(kind, hello, socket, clock.now()))) return reject(held, 'duplicate-id')
    const now = clock.steady()
    held.id = hello.id
    held.of = { side: 'server', kind, cohort: hello.cohort, path: hello.path }
    held.turns = { speaker: hello.speaker, idleMs: hello.idleMs }
    held.deadlineMs = hello.deadlineMs
    held.peer = intern(hello.from)
    held.openedAt = now
    socket.write(welcomeFrame(identity))
    tell({ type: 'opened', ...held.of, id: held.id, peer: held.peer, tookUs: (now - held.since) * 1000 })
    talk.begin(held)
  }

  function onError(this: Socket, error: Error): void {
    const held = heldBy(this)
    if (held) end(held, phaseOf(held), classify(error), false)
  }

  function onEnd(this: Socket): void {
    const held = heldBy(this)
    if (held) end(held, phaseOf(held), { fate: 'closed', code: 'FIN' }, false)
  }

  function onClose(this: Socket): void {
    const held = heldBy(this)
    if (held) end(held, phaseOf(held), { fate: 'closed', code: 'CLOSE' }, false)
  }

  /** A stranger, or a peer that stopped talking our protocol: counted, told why, closed. */
  function reject(held: Held, reason: Rejection): void {
    told(reason)
    held.socket?.write(byeFrame(reason))
    end(held, phaseOf(held), { fate: 'wrong-reply', code: reason }, false)
  }

  function end(held: Held, phase: HoldPhase, word: Word, planned: boolean): void {
    const { socket } = held
    if (socket) {
      held.lastInfo ??= readTcpInfo(socket)
      note(held, account => weigh(account, socket)) // what was said last got no answer that counted it
      part(socket)
    }
    held.socket = undefined
    held.stage = 'over'
    wheel.clear(held)
    open.delete(held)
    if (held.openedAt === 0) return // it never said who it was: counted as rejected, if it was more than a port check
    const farewell: Word = { fate: 'closed', code: `BYE ${held.bye}` }
    const ended = ending(held, phase, held.bye ? farewell : word, planned || held.bye !== undefined, clock.steady())
    const { fate, code, zombie } = ended
    ledger.end(held.id, { at: clock.now(), fate, phase, code, planned: ended.planned, zombie })
    tell(ended)
  }

  const note = (held: Held, write: (account: Account) => void): void => {
    const account = ledger.find(held.id)
    if (account && account.state !== 'ended') write(account)
  }

  const told = (reason: Rejection): void => tell({ type: 'rejected', side: 'server', kind, reason })

  return {
    server,
    open,
    farewell() {
      server.close()
      for (const held of open) {
        sayBye(held)
        if (held.openedAt === 0) end(held, 'connect', stopped, true)
      }
    },
    cutOff() {
      for (const held of open) end(held, phaseOf(held), stopped, true)
    },
  }
}

function weigh(account: Account, { bytesRead, bytesWritten }: Socket): void {
  account.bytesIn = bytesRead
  account.bytesOut = bytesWritten
}

const kind = 'tcp-hold'
const stopped: Word = { fate: 'cancelled', code: 'STOP' }
const stranger: OfCohort = { side: 'server', kind, cohort: 'stranger', path: 'service' }
const noTurns: Turns = { speaker: 'client', idleMs: [patienceMs] }

/** From here on whatever ends it was planned; the peer closes, and the rest is cut off when the drain time is over. */
function sayBye(held: Held): void {
  held.bye = plannedByes.server
  held.socket?.end(byeFrame(held.bye))
}
