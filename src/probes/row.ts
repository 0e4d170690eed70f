import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import { readOptions } from '../kernel/socket-options.ts'
import { readTcpInfo } from '../kernel/tcp-info.ts'
import type { Word } from '../outcome/fate.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Ended, OfCohort } from '../outcome/observation.ts'
import type { Timer } from '../schedule/wheel.ts'
import { formatAddress } from '../settings/address.ts'
import type { ConnectionRow, PlaceEnd } from './kind.ts'

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
  /** Of the connection that was here before. */
  readonly lastEnd: PlaceEnd | undefined
  /** Of the last attempt that did not open. */
  readonly failed: Word | undefined
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
  const { id, stage, socket, peer, openedAt, since, due, exchanges, lastEnd, failed } = held
  return {
    id: openedAt > 0 || stage === 'greeting' ? id : '', // until then it is that of the connection before
    kind,
    cohort,
    path,
    state: states[stage],
    server: peer?.pod ?? '',
    ...(peer && { peer }),
    openedAt: openedAt > 0 ? clock.now() - (now - openedAt) : 0,
    idleMs: stage === 'idle' ? now - since : 0,
    nextMs: Math.max(0, due - now),
    exchanges,
    ...(lastEnd && { lastEnd }),
    ...(failed && openedAt === 0 && { failed }),
    addresses: () => ({
      local: at(socket?.localAddress, socket?.localPort),
      remote: at(socket?.remoteAddress, socket?.remotePort),
    }),
    kernel: () => kernelOf(socket),
  }
}

function kernelOf(socket: Socket | undefined): ReturnType<ConnectionRow['kernel']> {
  if (!socket) return undefined
  const [options, tcpInfo] = [readOptions(socket), readTcpInfo(socket)]
  return options && tcpInfo && { options, tcpInfo }
}

/** What a place remembers: the last connection until another one ended here, and the last attempt. `at` is epoch ms. */
export function keepEnd(place: { -readonly [K in 'lastEnd' | 'failed']: Rowed[K] }, ended: Ended, at: number): void {
  const { fate, code } = ended
  if (ended.id === undefined) place.failed = { fate, code }
  else {
    place.lastEnd = placeEnd(ended, at)
    place.failed = undefined
  }
}

/** Each field by name, as what is told may hold far more. */
function placeEnd(ended: Ended, at: number): PlaceEnd {
  const { id, fate, phase, code, planned, zombie, idleMs, tookUs, exchanges, lifetimeMs, peer } = ended
  const known = { at, fate, phase, code, planned, zombie, idleMs, tookUs, exchanges, lifetimeMs }
  return { ...known, ...(id !== undefined && { id }), ...(peer && { peer }) }
}

const at = (host: string | undefined, port: number | undefined): string =>
  host === undefined || port === undefined ? '' : formatAddress({ host, port })
