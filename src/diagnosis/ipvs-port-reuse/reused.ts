import type { Case, Death } from '../case.ts'
import { perCase } from '../per-case.ts'

/** Attempts to connect to one address that met nobody. */
export interface Unmet {
  readonly called: string
  /** From ports that failed more than once: a source port used again. */
  readonly deaths: readonly [Death, ...Death[]]
  /** All attempts of these cohorts that failed, since they got in for the last time before these. */
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
    const failed = new Set(all.map(nameOf))
    const failures = failuresOf(of, failed, all)
    const ports = Map.groupBy(failures, ({ flow }) => flow?.local ?? '')
    const isAgain = ({ flow }: Death) => (ports.get(flow?.local ?? '')?.length ?? 0) > 1
    const [first, ...rest] = all.filter(isAgain).toSorted((a, b) => a.at - b.at)
    if (!first) return []
    const deaths = [first, ...rest] as const
    return [
      {
        called,
        deaths,
        failures: failures.length,
        ports: [...new Set(deaths.map(({ flow }) => flow?.local ?? ''))],
        opened: openedMeanwhile(of, Math.min(...failures.map(beganAt)), failed),
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

/**
 * Attempts in vain of these cohorts up to the last of `all`, since they got in for the last time before the first of them began:
 * for a minute after a goodbye they are taken for a part of the rollout. Who gets in at last says nothing against what was before.
 */
function failuresOf(of: Case, failed: ReadonlySet<string>, all: readonly Death[]): readonly Death[] {
  const from = Math.min(...all.map(beganAt))
  const until = Math.max(...all.map(({ at }) => at))
  return of.cohorts
    .filter(cohort => failed.has(nameOf(cohort.of)))
    .flatMap(({ ends, opens }) => {
      const lastOpened = [...opens].findLast(({ at }) => at <= from)?.at ?? -Infinity
      return [...ends].filter(
        ({ phase, fate, at }) => phase === 'connect' && fate !== 'cancelled' && at > lastOpened && at <= until,
      )
    })
}

const beganAt = ({ at, tookUs }: Death): number => at - tookUs / 1000

const nameOf = ({ kind, cohort }: { readonly kind: string; readonly cohort: string }): string => `${kind} ${cohort}`
