import type { Socket } from 'node:net'
import { readTcpInfo } from '../kernel/tcp-info.ts'
import type { OfCohort, Swept } from '../outcome/observation.ts'
import { type Timer, unset } from '../schedule/wheel.ts'
import type { World } from './kind.ts'

/** Between two sweeps, ms. */
const everyMs = 10_000
/** Connections read in one tick, of which there are 20 a second. More would cost more than the exchanges do. */
const chunk = 25

/** What a held connection must show to be swept. */
export interface Sweepable {
  /** Steady ms; 0 before both ends said hello. */
  readonly openedAt: number
  readonly socket: Socket | undefined
}

type Seen = { -readonly [Field in 'connections' | 'probing' | 'backingOff' | 'oldestAckMs']: Swept[Field] }
const nothing = (): Seen => ({ connections: 0, probing: 0, backingOff: 0, oldestAckMs: 0 })

/**
 * Reads TCP_INFO of every open connection of a cohort, over and over, slowly: unanswered keepalives and backed-off
 * retransmits show a connection that is dying before the kernel gives it up.
 */
export function sweep(of: OfCohort, all: readonly Sweepable[], { wheel, tell }: World): { stop(): void } {
  let from = 0
  let seen = nothing()
  const timer: Timer = {
    ...unset,
    ring() {
      for (const held of all.slice(from, from + chunk)) look(held, seen)
      from += chunk
      if (from < all.length) return wheel.set(timer, 0)
      tell({ type: 'swept', ...of, ...seen })
      from = 0
      seen = nothing()
      wheel.set(timer, everyMs)
    },
  }
  wheel.set(timer, everyMs)
  return { stop: () => wheel.clear(timer) }
}

function look({ openedAt, socket }: Sweepable, seen: Seen): void {
  const info = openedAt > 0 && socket ? readTcpInfo(socket) : undefined
  if (!info) return
  seen.connections += 1
  if (info.probes > 0) seen.probing += 1
  if (info.unacked > 0 && info.backoff > 0) seen.backingOff += 1
  seen.oldestAckMs = Math.max(seen.oldestAckMs, info.lastAckRecvMs)
}
