import { Socket } from 'node:net'
import { readTcpInfo } from '../../kernel/tcp-info.ts'
import type { Word } from '../../outcome/fate.ts'
import type { Flow } from '../../outcome/flow.ts'
import type { Identity } from '../../outcome/identity.ts'
import type { OfCohort } from '../../outcome/observation.ts'
import type { TcpInfo } from '../../outcome/socket.ts'
import { type Timer, unset } from '../../schedule/wheel.ts'
import type { Address } from '../../settings/address.ts'
import type { Rest } from '../../wire/assembly.ts'
import { tcpFlow } from '../flow.ts'
import type { PlaceEnd } from '../kind.ts'
import type { Stage } from '../row.ts'
import type { Turns } from './turns.ts'

/**
 * One held connection, on either side. It is its own timer, and the handlers it needs are shared: nothing here is a
 * closure. Always made by `newHeld`, so that all have one shape and V8 keeps them small.
 */
export interface Held extends Timer {
  readonly index: number
  of: OfCohort
  turns: Turns
  deadlineMs: number
  id: string
  stage: Stage
  socket: Socket | undefined
  /** Where it goes; the server half, which only answers, leaves it out. */
  to: Address | undefined
  /** Half a frame that waits for its rest. */
  rest: Rest
  /** Steady ms; 0 before both said hello. */
  openedAt: number
  /** Steady ms at which the current stage began: the silence, the connecting, the waiting. */
  since: number
  /** Length of the silence before the exchange that goes on, ms. */
  silenceMs: number
  exchanges: number
  /** Attempts in a row that did not open. */
  failures: number
  /** The ping that waits for its pong, header included. */
  ping: Buffer | undefined
  /** We spoke because the other side missed its turn. */
  outOfTurn: boolean
  peer: Identity | undefined
  /** Why we said goodbye: whatever ends it now was planned. */
  bye: string | undefined
  /** Steady ms when the server last said goodbye; 0 since it is open again. What fails meanwhile is a rollout, no fault. */
  leftAt: number
  /** Read as the socket went, while the kernel still knew. */
  lastInfo: TcpInfo | undefined
  /** The same, and only where something went wrong. */
  lastFlow: Flow | undefined
  /** How the connection before this one ended, and the last attempt that did not open: they outlive what they tell of. */
  lastEnd: PlaceEnd | undefined
  failed: Word | undefined
}

export function newHeld(
  index: number,
  of: OfCohort,
  turns: Turns,
  deadlineMs: number,
  ring: (this: Held) => void,
): Held {
  return {
    ...unset,
    ring,
    index,
    of,
    turns,
    deadlineMs,
    id: '',
    stage: 'waiting',
    socket: undefined,
    to: undefined,
    rest: undefined,
    openedAt: 0,
    since: 0,
    silenceMs: 0,
    exchanges: 0,
    failures: 0,
    ping: undefined,
    outOfTurn: false,
    peer: undefined,
    bye: undefined,
    leftAt: 0,
    lastInfo: undefined,
    lastFlow: undefined,
    lastEnd: undefined,
    failed: undefined,
  }
}

/** After its end: nothing is left of what it was but how often it failed, and when the server said goodbye. */
export function renew(held: Held): void {
  held.failures = held.openedAt > 0 ? 0 : held.failures + 1
  held.socket = undefined
  held.to = undefined
  held.peer = undefined
  held.rest = undefined
  held.ping = undefined
  held.lastInfo = undefined
  held.lastFlow = undefined
  held.openedAt = 0
  held.exchanges = 0
  held.outOfTurn = false
}

const owner = Symbol('held')
type Carrier = Socket & { [owner]?: Held }

/** Ties a connection to its socket, so that shared handlers find it through `this`. */
export function tie(held: Held, socket: Socket): void {
  const carrier: Carrier = socket
  carrier[owner] = held
  carrier.destroy = destroyRemembering
  held.socket = socket
}

/** The connection a socket belongs to, as long as it does: events of a socket that was given up find nobody. */
export function heldBy(socket: Socket): Held | undefined {
  const carrier: Carrier = socket
  const held = carrier[owner]
  return held?.socket === socket ? held : undefined
}

/** Node closes the descriptor before it emits `error`; what the kernel knows must be read before that. */
function destroyRemembering(this: Carrier, error?: Error): Socket {
  const held = heldBy(this)
  if (held && !this.destroyed) held.lastInfo = readTcpInfo(this)
  if (held && !this.destroyed && error) held.lastFlow = flowOf(held)
  return Socket.prototype.destroy.call(this, error)
}

/** The flow of a client's connection that goes wrong; a name without an address leads nowhere. */
export const flowOf = ({ socket, to, lastFlow }: Held): Flow | undefined => lastFlow ?? (to && tcpFlow(socket, to))
