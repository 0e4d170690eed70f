import type { Socket } from 'node:net'
import { readTcpInfo } from '../kernel/tcp-info.ts'
import type { OfCohort, Swept } from '../outcome/observation.ts'
import { type Timer, unset } from '../schedule/wheel.ts'
import type { World } from './kind.ts'

/** Between two sweeps, ms. */
const everyMs = 10_000
/** Connections read in one tick: half a millisecond, so that a sweep over 20,000 never holds up the event loop. */
const chunk = 500

/** What a held connection must show to be swept. */
export interface Sweepable {
  /** Steady ms; 0 before both ends said hello. */
  readonly openedAt: number
  readonly socket: Socket | undefined
}

type Seen = Pick<Swept, 'connections' | 'probing' | 'backingOff' | 'oldestAckMs'>
const nothing: Seen = { connections: 0, probing: 0, backingOff: 0, oldestAckMs: 0 }

/**
 * Reads TCP_INFO of every open connection of a cohort, over and over, slowly: unanswered keepalives and backed-off
 * retransmits show a connection that is dying before the kernel gives it up.
 */
export function sweep(of: OfCohort, all: readonly Sweepable[], { wheel, tell }: World): { stop(): void } {
  let from = 0
  let seen = nothing
  const timer: Timer = {
    ...unset,
    ring() {
      for (const held of all.slice(from, from + chunk)) seen = look(held, seen)
      from += chunk
      if (from < all.length) return wheel.set(timer, 0)
      tell({ type: 'swept', ...of, ...seen })
      from = 0
      seen = nothing
      wheel.set(timer, everyMs)
    },
  }
  wheel.set(timer, everyMs)
  return { stop: () => wheel.clear(timer) }
}

function look(held: Sweepable, seen: Seen): Seen {
  const info = held.openedAt > 0 && held.socket ? readTcpInfo(held.socket) : undefined
  if (!info) return seen
  return {
    connections: seen.connections + 1,
    probing: seen.probing + (info.probes > 0 ? 1 : 0),
    backingOff: seen.backingOff + (info.unacked > 0 && info.backoff > 0 ? 1 : 0),
    oldestAckMs: Math.max(seen.oldestAckMs, info.lastAckRecvMs),
  }
}
