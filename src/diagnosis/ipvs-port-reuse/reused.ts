import type { Case, Death } from '../case.ts'
import { perCase } from '../per-case.ts'

/** Attempts to connect to one address that met nobody. */
export interface Unmet {
  readonly called: string
  /** From ports that failed more than once: a source port used again. */
  readonly deaths: readonly [Death, ...Death[]]
  /** `10.244.1.10:22000` */
  readonly ports: readonly string[]
  /** Connections to the same address that opened meanwhile, by cohorts that met none of this. */
  readonly opened: number
}

/** By the address that was called. Connections that were answered, if only with a refusal, are another matter. */
export const unmetIn = perCase((of: Case): readonly Unmet[] => {
  const unheard = of.deaths.filter(
    ({ phase, fate, flow }) => phase === 'connect' && (fate === 'unreachable' || fate === 'timeout') && flow,
  )
  return [...Map.groupBy(unheard, ({ flow }) => flow?.remote ?? '')].flatMap(([called, all]) => {
    const byPort = Map.groupBy(all, ({ flow }) => flow?.local ?? '')
    const again = [...byPort].filter(([, { length }]) => length > 1)
    const [first, ...rest] = again.flatMap(([, deaths]) => deaths).toSorted((a, b) => a.at - b.at)
    return first
      ? [{ called, deaths: [first, ...rest], ports: again.map(([port]) => port), opened: openedMeanwhile(of, all) }]
      : []
  })
})

/** By cohorts of the same way that failed in no attempt since. */
function openedMeanwhile(of: Case, all: readonly Death[]): number {
  const from = Math.min(...all.map(({ at, tookUs }) => at - tookUs / 1000))
  const failed = new Set(all.map(({ kind, cohort }) => `${kind} ${cohort}`))
  return of.cohorts
    .filter(cohort => cohort.of.path === 'service' && !failed.has(`${cohort.of.kind} ${cohort.of.cohort}`))
    .flatMap(({ opens }) => [...opens].filter(({ at }) => at >= from)).length
}
