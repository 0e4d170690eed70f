import type { Case, Death } from '../case.ts'
import { perCase } from '../per-case.ts'

/** Attempts to connect to one address that met nobody. */
export interface Unmet {
  readonly called: string
  /** From ports that failed more than once: a source port used again. */
  readonly deaths: readonly [Death, ...Death[]]
  /** All attempts of these cohorts that failed since they last got in. */
  readonly failures: number
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
    if (!first) return []
    const failed = new Set(all.map(nameOf))
    const failures = failuresOf(of, failed)
    const from = Math.min(...[first, ...failures].map(({ at, tookUs }) => at - tookUs / 1000))
    return [
      {
        called,
        deaths: [first, ...rest],
        failures: Math.max(failures.length, rest.length + 1),
        ports: again.map(([port]) => port),
        opened: openedMeanwhile(of, from, failed),
      },
    ]
  })
})

/** By cohorts of the same way that failed in no attempt since. */
function openedMeanwhile(of: Case, from: number, failed: ReadonlySet<string>): number {
  return of.cohorts
    .filter(cohort => cohort.of.path === 'service' && !failed.has(nameOf(cohort.of)))
    .flatMap(({ opens }) => [...opens].filter(({ at }) => at >= from)).length
}

/** Attempts in vain of these cohorts since they last got in: for a minute after a goodbye they are taken for a part of the rollout. */
function failuresOf(of: Case, failed: ReadonlySet<string>): readonly Death[] {
  return of.cohorts
    .filter(cohort => failed.has(nameOf(cohort.of)))
    .flatMap(({ ends, opens }) => {
      const lastOpened = opens.last?.at ?? -Infinity
      return [...ends].filter(({ phase, fate, at }) => phase === 'connect' && fate !== 'cancelled' && at > lastOpened)
    })
}

const nameOf = ({ kind, cohort }: { readonly kind: string; readonly cohort: string }): string => `${kind} ${cohort}`
