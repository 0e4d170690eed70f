import type { AskPlan } from './asking.ts'
import type { CohortPlan } from './held.ts'

export const seconds = 1000
export const minutes = 60_000
export const hours = 3_600_000

/** The cohorts of src/config/defaults/client.yaml, silent for so long. */
export const cohortsSilentFor = (idle: number | readonly number[]): readonly CohortPlan[] => [
  { name: 'no-keepalive', idle },
  { name: 'keepalive', idle, keepalive: { idleS: 60, intervalS: 10, count: 3 } },
  { name: 'server-speaks', idle, speaker: 'server' },
  { name: 'pod-path', path: 'pod', idle },
  { name: 'http', kind: 'http-hold', idle },
]

/** Its questions, so often. */
export const questionsEvery = (every: number): readonly AskPlan[] => [
  ...(['fresh', 'pinned'] as const).flatMap((mode): AskPlan[] => [
    { kind: 'udp-echo', probe: 'echo', mode, every },
    { kind: 'udp-echo', probe: 'echo-pod', mode, every, direct: true },
  ]),
  ...(['fresh', 'pinned', 'pair'] as const).map(mode => ({ kind: 'dns' as const, probe: 'dns', mode, every })),
]
