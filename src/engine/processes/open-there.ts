import type { Ended, Observation, OfCohort } from '../../outcome/observation.ts'

/** Connections that another process has open, by what it told: if it dies, somebody has to tell what became of each. */
export interface OpenThere {
  readonly size: number
  hear(observation: Observation): void
  /** Their ends, each once, at the time (`steady`, ms) at which it is taken: the process that held them is gone, which is no fault of the network. */
  endAll(steady: () => number): Iterable<Ended>
}

interface Open {
  readonly of: OfCohort
  /** Steady ms, both. */
  readonly openedAt: number
  silentSince: number
  exchanges: number
}

export function openThere(): OpenThere {
  let open = new Map<string, Open>()
  const cohorts = new Map<string, OfCohort>()

  /** One object for all connections of a cohort. */
  function cohortOf({ side, kind, cohort, path }: OfCohort): OfCohort {
    const key = `${kind} ${path} ${cohort}`
    const known = cohorts.get(key) ?? { side, kind, cohort, path }
    cohorts.set(key, known)
    return known
  }

  return {
    get size() {
      return open.size
    },
    hear(news) {
      if (news.type === 'opened')
        open.set(news.id, { of: cohortOf(news), openedAt: news.steady, silentSince: news.steady, exchanges: 0 })
      else if (news.type === 'exchanged') {
        const held = open.get(news.id)
        if (!held) return
        held.silentSince = news.steady
        held.exchanges += 1
      } else if (news.type === 'ended' && news.id !== undefined) open.delete(news.id)
    },
    *endAll(steady) {
      const lost = open
      open = new Map() // those of the process that comes in its place
      for (const [id, { of, openedAt, silentSince, exchanges }] of lost)
        yield {
          type: 'ended',
          ...of,
          id,
          fate: 'cancelled',
          phase: 'idle',
          code: 'PROCESS',
          planned: true,
          idleMs: Math.max(0, steady() - silentSince),
          tookUs: 0,
          exchanges,
          lifetimeMs: Math.max(0, steady() - openedAt),
          zombie: false,
        }
    },
  }
}
