import type { Disturbed } from '../outcome/disturbed.ts'
import type {
  Asked,
  Ended,
  Exchanged,
  Observation,
  OfCohort,
  OfProbe,
  Opened,
  Stamp,
  Strayed,
  Swept,
} from '../outcome/observation.ts'
import type { Identity } from '../outcome/identity.ts'
import type { SocketOptions } from '../outcome/socket.ts'
import type { Evidence } from '../outcome/evidence.ts'
import { isMiss, judgedUntil, type Symptom } from './case.ts'
import { ring, type Ring } from './ring.ts'
import { type TimeoutChange, timeoutWatch } from './timeout-watch.ts'

/** What is kept of each series: enough for statistics, however long the process runs. */
const kept = {
  ends: 1024,
  exchanges: 2048,
  opens: 512,
  asks: 1024,
  strays: 512,
  evidence: 64,
  disturbed: 64,
  farewells: 256,
} as const

/** Newest last. */
export interface CohortHistory {
  readonly of: OfCohort
  readonly opens: Ring<Opened & Stamp>
  readonly exchanges: Ring<Exchanged & Stamp>
  readonly ends: Ring<Ended & Stamp>
  options?: SocketOptions
  sweep?: Swept & Stamp
  open: number
  /** Epoch ms until which something in it may be a symptom: most of the time there is none to look for. */
  judgedUntil: number
}

export interface ProbeHistory {
  readonly of: OfProbe
  readonly asks: Ring<Asked & Stamp>
  readonly strays: Ring<Strayed & Stamp>
  /** Epoch ms of the last question that was not answered as it should: most of the time there is none to look for. */
  missedAt: number
}

/** A server that said goodbye: who, and when to the first and to the last of its connections, epoch ms. */
export interface Farewell {
  readonly peer: Identity
  readonly from: number
  readonly to: number
}

/** The recent past, folded from observations: what rules judge. Pure: the journal replayed gives the same. */
export interface History {
  fold(observation: Observation): void
  readonly cohorts: Iterable<CohortHistory>
  readonly probes: Iterable<ProbeHistory>
  readonly disturbed: Ring<Disturbed & Stamp>
  /** By instance; remembered for longer than the ends themselves, which a flood of failing connects washes away. */
  readonly farewells: ReadonlyMap<string, Farewell>
  readonly evidence: Ring<{ readonly at: number; readonly evidence: Evidence }>
  /** Idle timeouts that became others. */
  readonly changes: Ring<TimeoutChange>
  /** These have a cause that is no timeout: they are not counted as deaths of silence. */
  excuse(symptoms: readonly Symptom[]): void
  /** Epoch ms of `began`, and who did. */
  readonly beganAt: number
  readonly self: Identity | undefined
}

export function history(): History {
  const cohorts = new Map<string, CohortHistory>()
  const probes = new Map<string, ProbeHistory>()
  const disturbed = ring<Disturbed & Stamp>(kept.disturbed)
  const evidence = ring<{ readonly at: number; readonly evidence: Evidence }>(kept.evidence)
  const farewells = new Map<string, Farewell>()
  const timeouts = timeoutWatch()
  let beganAt = 0
  let self: Identity | undefined

  function cohortOf({ side, kind, cohort, path }: OfCohort): CohortHistory {
    const key = `${side} ${kind} ${path} ${cohort}`
    const known = cohorts.get(key)
    if (known) return known
    const made: CohortHistory = {
      of: { side, kind, cohort, path },
      opens: ring(kept.opens),
      exchanges: ring(kept.exchanges),
      ends: ring(kept.ends),
      open: 0,
      judgedUntil: -Infinity,
    }
    if (cohorts.size < mostSeries) cohorts.set(key, made)
    return made
  }

  function probeOf({ side, kind, probe, server, mode }: OfProbe): ProbeHistory {
    const key = `${kind} ${probe} ${server} ${mode}`
    const known = probes.get(key)
    if (known) return known
    const made: ProbeHistory = {
      of: { side, kind, probe, server, mode },
      asks: ring(kept.asks),
      strays: ring(kept.strays),
      missedAt: -Infinity,
    }
    if (probes.size < mostSeries) probes.set(key, made)
    return made
  }

  function hearFarewell({ planned, fate, peer, at }: Ended & Stamp): void {
    if (!planned || fate !== 'closed' || !peer) return
    farewells.set(peer.instance, { peer, from: farewells.get(peer.instance)?.from ?? at, to: at })
    const [oldest] = farewells.keys()
    if (farewells.size > kept.farewells && oldest !== undefined) farewells.delete(oldest)
  }

  return {
    get cohorts() {
      return cohorts.values()
    },
    get probes() {
      return probes.values()
    },
    disturbed,
    farewells,
    evidence,
    changes: timeouts.changes,
    excuse: timeouts.excuse,
    get beganAt() {
      return beganAt
    },
    get self() {
      return self
    },
    fold(news) {
      timeouts.fold(news)
      switch (news.type) {
        case 'began':
          beganAt = news.at
          self = news.identity
          for (const each of cohorts.values()) each.open = 0
          return
        case 'opened': {
          const cohort = cohortOf(news)
          cohort.open += 1
          cohort.judgedUntil = Math.max(cohort.judgedUntil, judgedUntil(news))
          return cohort.opens.push(news)
        }
        case 'exchanged':
          return cohortOf(news).exchanges.push(news)
        case 'ended': {
          const cohort = cohortOf(news)
          if (news.id !== undefined && cohort.open > 0) cohort.open -= 1
          if (news.side === 'client') hearFarewell(news)
          cohort.judgedUntil = Math.max(cohort.judgedUntil, judgedUntil(news))
          return cohort.ends.push(news)
        }
        case 'swept':
          cohortOf(news).sweep = news
          return
        case 'options-set':
          cohortOf(news).options = news.effective
          return
        case 'asked': {
          const probe = probeOf(news)
          if (isMiss(news)) probe.missedAt = Math.max(probe.missedAt, news.at)
          return probe.asks.push(news)
        }
        case 'strayed':
          return probeOf(news).strays.push(news)
        case 'disturbed':
          return disturbed.push(news)
        case 'examined':
          return evidence.push(news)
        case 'declared':
        case 'retired':
        case 'rejected':
        case 'judged':
          return
      }
    },
  }
}

/** A server hears the names of cohorts from its clients; beyond this many, one is judged for a moment and forgotten. */
const mostSeries = 512
