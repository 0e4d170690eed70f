import type { AskPlan } from './asking.ts'
import type { CohortPlan } from './held.ts'

export const seconds = 1000
export const minutes = 60_000
export const hours = 3_600_000

/** The cohorts of src/config/defaults/client.yaml, silent for so long; fewer connections where a story is long. */
export function cohortsSilentFor(idle: number | readonly number[], connections = 100): readonly CohortPlan[] {
  const common = { idle, connections }
  return [
    { ...common, name: 'no-keepalive' },
    { ...common, name: 'keepalive', keepalive: { idleS: 60, intervalS: 10, count: 3 } },
    { ...common, name: 'server-speaks', speaker: 'server' },
    { ...common, name: 'pod-path', path: 'pod' },
    { ...common, name: 'http', kind: 'http-hold' },
  ]
}

/** Its questions, so often. */
export const questionsEvery = (every: number): readonly AskPlan[] => [
  ...(['fresh', 'pinned'] as const).flatMap((mode): AskPlan[] => [
    { kind: 'udp-echo', probe: 'echo', mode, every },
    { kind: 'udp-echo', probe: 'echo-pod', mode, every, direct: true },
  ]),
  ...(['fresh', 'pinned', 'pair'] as const).map(mode => ({ kind: 'dns' as const, probe: 'dns', mode, every })),
]
