import type { Speaker } from '../outcome/observation.ts'
import type { CohortHistory } from './history.ts'
import type { Case, Death } from './case.ts'
import { perCase } from './per-case.ts'

/** A silence that was survived: somebody spoke into it, and was answered. */
export interface Silence {
  readonly cohort: CohortHistory
  readonly id: string
  /** The server's instance, where it is known. */
  readonly server: string | undefined
  readonly speaker: Speaker
  /** So long nothing crossed the path, ms; of a cohort with keepalive no longer than until its next probe. */
  readonly quietMs: number
  /** So long nobody spoke, ms. */
  readonly wholeMs: number
  /** Epoch ms at which it was spoken into. */
  readonly brokenAt: number
}

export const silencesOf = perCase((of: Case): readonly Silence[] =>
  of.cohorts.flatMap(cohort => {
    const servers = new Map([...cohort.opens].map(({ id, peer }) => [id, peer.instance]))
    const keepaliveMs = keepaliveOf(cohort)
    return [...cohort.exchanges].map(({ id, speaker, idleMs, tookUs, at }) => ({
      cohort,
      id,
      server: servers.get(id),
      speaker,
      quietMs: Math.min(idleMs, keepaliveMs),
      wholeMs: idleMs,
      brokenAt: at - tookUs / 1000,
    }))
  }),
)

/** After so long a silence the client's kernel sends a keepalive probe, ms; Infinity: never. */
export const keepaliveOf = (cohort: CohortHistory | undefined): number =>
  (cohort?.options?.keepalive?.idleS ?? Infinity) * 1000

/**
 * For how long nothing had crossed the path when something did, and the connection died of it, ms. The kernel counts the
 * answers to keepalive probes, which the process never hears of.
 */
export function quietBefore({ idleMs, tookUs, phase, fate, tcpInfo }: Death, keepaliveMs: number): number {
  if (!tcpInfo || tcpInfo.lastAckRecvMs === 0) return Math.min(idleMs, keepaliveMs)
  const { lastAckRecvMs, lastDataSentMs, totalRetrans } = tcpInfo
  if (phase === 'idle') return fate === 'timeout' ? Math.min(lastAckRecvMs, keepaliveMs) : lastAckRecvMs
  // A busy process hears late of a reset, its kernel does not; each retransmission counts as the last data sent.
  const spokeMs = fate === 'reset' && totalRetrans === 0 ? lastDataSentMs : tookUs / 1000
  return Math.max(0, lastAckRecvMs - spokeMs)
}

/**
 * From when on a silence counts as one as long as this, ms. Timers ring late, but rungs of a ladder may be close: a second,
 * and of short ones a tenth.
 */
export const asLongAs = (ms: number): number => ms - Math.min(1000, ms / 10)
