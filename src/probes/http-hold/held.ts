import { Socket } from 'node:net'
import type { Client } from 'undici'
import { readTcpInfo } from '../../kernel/tcp-info.ts'
import type { HoldPhase, Word } from '../../outcome/fate.ts'
import type { Flow } from '../../outcome/flow.ts'
import type { Identity } from '../../outcome/identity.ts'
import type { Ended, OfCohort } from '../../outcome/observation.ts'
import type { TcpInfo } from '../../outcome/socket.ts'
import type { Address } from '../../settings/address.ts'
import { tcpFlow } from '../flow.ts'
import type { PlaceEnd } from '../kind.ts'
import type { Stage } from '../row.ts'
import { type Timer, unset } from '../../schedule/wheel.ts'
import type { Farewell } from './goodbye.ts'

/** One held connection: its own timer, and one undici Client for each time it is opened. */
export interface Held extends Timer {
  readonly index: number
  id: string
  stage: Stage
  client: Client | undefined
  socket: Socket | undefined
  /** Where it goes. */
  to: Address | undefined
  /** A request is on its way, so bytes that come are its answer. */
  asked: boolean
  /** Bytes that came though nobody had asked. */
  unasked: string
  /** Steady ms; 0 before the server said who it is. */
  openedAt: number
  /** Steady ms at which the current stage began. */
  since: number
  /** Length of the silence before the exchange that goes on, ms. */
  silenceMs: number
  exchanges: number
  /** Attempts in a row that did not open. */
  failures: number
  /** Steady ms of the server's planned goodbye, 0 without: a failed reconnect soon after it is part of the rollout. */
  leftAt: number
  peer: Identity | undefined
  /** Read as the socket went, while the kernel still knew. */
  lastInfo: TcpInfo | undefined
  /** The same, and only where an error took the socket. */
  lastFlow: Flow | undefined
  /** How the connection before this one ended, and the last attempt that did not open: they outlive what they tell of. */
  lastEnd: PlaceEnd | undefined
  failed: Word | undefined
}

/** What a connection is before it is opened, and again after its end. */
const blank = {
  id: '',
  stage: 'waiting',
  client: undefined,
  socket: undefined,
  to: undefined,
  asked: false,
  unasked: '',
  openedAt: 0,
  silenceMs: 0,
  exchanges: 0,
  peer: undefined,
  lastInfo: undefined,
  lastFlow: undefined,
} satisfies Partial<Held>

export const newHeld = (index: number, ring: (this: Held) => void): Held => ({
  ...unset,
  ...blank,
  ring,
  index,
  since: 0,
  failures: 0,
  leftAt: 0,
  lastEnd: undefined,
  failed: undefined,
})

/** Takes leave of client and socket, whose later events nobody heeds any more. */
export function reset(held: Held, stage: Stage): void {
  const { client, socket } = held
  const failures = held.openedAt > 0 ? 0 : held.failures + 1
  Object.assign(held, blank, { stage, failures })
  client?.destroy(null, () => {}) // whatever it still waited for is over
  socket?.destroy()
}

/** Reads what the kernel knows the moment the socket goes: Node closes the descriptor before it emits `error`. */
export function remember(held: Held, socket: Socket): void {
  held.socket = socket
  socket.destroy = error => {
    if (held.socket === socket && !socket.destroyed) {
      held.lastInfo = readTcpInfo(socket)
      if (error) held.lastFlow = flowOf(held)
    }
    return Socket.prototype.destroy.call(socket, error)
  }
}

/** The flow of a connection that goes wrong; a name without an address leads nowhere. */
const flowOf = ({ socket, to, lastFlow }: Held): Flow | undefined => lastFlow ?? (to && tcpFlow(socket, to))

/** How far a connection has come. */
export function phaseOf({ stage }: Held): HoldPhase {
  if (stage === 'idle' || stage === 'farewell') return 'idle'
  return stage === 'exchange' ? 'exchange' : 'connect'
}

/** What is told of a connection that ends now (steady ms). */
export function ending(of: OfCohort, held: Held, { word: { fate, code }, planned }: Farewell, now: number): Ended {
  const phase = phaseOf(held)
  const silenceMs = held.stage === 'idle' ? now - held.since : held.silenceMs
  const flow = planned || fate === 'cancelled' ? undefined : flowOf(held)
  return {
    type: 'ended',
    ...of,
    ...(held.openedAt > 0 && { id: held.id }),
    fate: fate === 'ok' ? 'bug' : fate, // an end is never `ok`: saying so would hide a mistake of ours
    phase,
    code,
    planned,
    idleMs: phase === 'connect' ? 0 : silenceMs,
    tookUs: phase === 'idle' ? 0 : (now - held.since) * 1000,
    exchanges: held.exchanges,
    lifetimeMs: held.openedAt > 0 ? now - held.openedAt : 0,
    zombie: false, // HTTP gives the client no turn to speak out of: a zombie ends in the next request
    ...(held.peer && { peer: held.peer }),
    ...(held.lastInfo && { tcpInfo: held.lastInfo }),
    ...(flow && { flow }),
  }
}
