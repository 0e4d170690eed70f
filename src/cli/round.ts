import type { Clock } from '../clock.ts'
import type { Config, ProbeConfig } from '../config/schema.ts'
import type { Engine } from '../engine/engine.ts'
import type { OfProbe } from '../outcome/observation.ts'
import { span } from '../record/tables/words.ts'
import type { CohortSettings } from '../settings/cohort.ts'
import { longestSilence } from '../settings/fields.ts'

/** One round: every held connection through a silence and the exchange after it, and so many questions of each series. */
export interface Round {
  /** Resolves when it is over: everything was done, or what is missing will not come any more. */
  readonly over: Promise<void>
  /** How far it is, in words. */
  progress(): string
  close(): void
}

/** Questions each series of a probe asks in a round: a fault that takes one in five is met in 98 rounds of 100. */
export const enough = 20

/** Begins with the engine: what was told before is not counted. */
export function round(engine: Pick<Engine, 'subscribe' | 'snapshot'>, config: Config, clock: Clock): Round {
  const connections = config.probes.filter(isCohort).reduce((sum, cohort) => sum + cohort.connections, 0)
  const series = new Set(engine.snapshot().probes.map(seriesKey))
  const endsAt = clock.steady() + Math.max(0, ...config.probes.map(longest))
  const spoke = new Set<string>()
  const asked = new Map<string, number>()
  const through = () => [...series].filter(key => (asked.get(key) ?? 0) >= enough).length
  const { promise, resolve } = Promise.withResolvers<void>()
  const disarm = clock.alarm(Math.max(0, endsAt - clock.steady()), resolve)
  const unsubscribe = engine.subscribe(observation => {
    if (observation.type === 'asked') {
      const key = seriesKey(observation)
      asked.set(key, (asked.get(key) ?? 0) + 1)
    } else if (observation.type === 'exchanged' && observation.side === 'client') spoke.add(observation.id)
    else if (observation.type === 'ended' && observation.id !== undefined) spoke.delete(observation.id)
    else return
    if (spoke.size >= connections && through() === series.size) resolve()
  })

  return {
    over: promise,
    progress: () =>
      [
        connections > 0 && `${spoke.size} of ${connections} connections spoke after their silence`,
        series.size > 0 && `${through()} of ${series.size} series asked ${enough} questions`,
        `at most ${span(Math.max(0, Math.ceil((endsAt - clock.steady()) / 1000)) * 1000)} left`,
      ]
        .filter(Boolean)
        .join(', '),
    close() {
      disarm()
      unsubscribe()
    },
  }
}

const seriesKey = ({ kind, probe, server, mode }: OfProbe): string => `${kind} ${probe} ${server} ${mode}`

/**
 * When a probe is through at the latest, ms. A cohort: its spread, a connect, its longest silence, and where the speaker
 * at the other end says nothing, what it takes to speak out of turn and to wait for an answer.
 */
function longest(probe: ProbeConfig): number {
  if (isCohort(probe)) return probe.spread + longestSilence(probe.idle) + 3 * probe.deadline + 2000
  const { every = 1000, timeout = 5000 } = probe as { readonly every?: number; readonly timeout?: number } // whoever asks has both
  return enough * every + 2 * timeout + 2000
}

const isCohort = (probe: ProbeConfig): probe is ProbeConfig & CohortSettings => 'idle' in probe && 'spread' in probe
