import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Identity } from '../outcome/identity.ts'
import type { OfCohort } from '../outcome/observation.ts'
import type { Timer } from '../schedule/wheel.ts'
import { formatAddress } from '../settings/address.ts'
import type { ConnectionRow } from './kind.ts'

/** Where a held connection is in its life. */
export type Stage = 'waiting' | 'connecting' | 'greeting' | 'idle' | 'exchange' | 'farewell' | 'over'

/** What a row is read from: every kind's held connection has it. Times are steady ms. */
export interface Rowed extends Timer {
  readonly id: string
  readonly stage: Stage
  readonly socket: Socket | undefined
  readonly peer: Identity | undefined
  /** 0 before both ends said hello. */
  readonly openedAt: number
  /** Since when the current stage lasts. */
  readonly since: number
  readonly exchanges: number
}

const states: Readonly<Record<Stage, ConnectionRow['state']>> = {
  waiting: 'waiting',
  connecting: 'connecting',
  greeting: 'connecting',
  idle: 'idle',
  exchange: 'exchange',
  farewell: 'exchange',
  over: 'waiting',
}

/** A held connection as people and `/api/connections` see it. */
export function rowOf({ kind, cohort, path }: OfCohort, held: Rowed, clock: Clock): ConnectionRow {
  const now = clock.steady()
  const { socket } = held
  return {
    id: held.id,
    kind,
    cohort,
    path,
    state: states[held.stage],
    server: held.peer?.pod ?? '',
    local: at(socket?.localAddress, socket?.localPort),
    remote: at(socket?.remoteAddress, socket?.remotePort),
    openedAt: held.openedAt > 0 ? clock.now() - (now - held.openedAt) : 0,
    idleMs: held.stage === 'idle' ? now - held.since : 0,
    nextMs: Math.max(0, held.due - now),
    exchanges: held.exchanges,
  }
}

const at = (host: string | undefined, port: number | undefined): string =>
  host === undefined || port === undefined ? '' : formatAddress({ host, port })
