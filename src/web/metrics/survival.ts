import type { SurvivalSeries } from '../../record/survival.ts'
import { keepaliveWord } from '../../survival/series.ts'
import { type Labels, type Metric, one, type Sample } from './definition.ts'

const pathLabels = ['kind', 'path', 'speaker', 'keepalive'] as const

/** What silences say of paths. A series is there as long as its value is known. */
export const survivalMetrics: readonly Metric[] = [
  {
    name: 'longhold_path_idle_timeout_seconds',
    type: 'gauge',
    help: 'Measured idle timeout of a path: above `low` (the longest silence below it that was survived, 0 for none) and not above `high`. Absent where none is found.',
    labels: [...pathLabels, 'bound'],
    samples: each(({ timeout }, labels) =>
      timeout
        ? [
            one(timeout.lowMs / 1000, { ...labels, bound: 'low' }),
            one(timeout.highMs / 1000, { ...labels, bound: 'high' }),
          ]
        : [],
    ),
  },
  {
    name: 'longhold_recommended_keepalive_idle_seconds',
    type: 'gauge',
    help: 'Keepalive idle (TCP_KEEPIDLE) that survives the measured timeout though two probes may be lost. Absent where no timeout is found, or no keepalive helps.',
    labels: pathLabels,
    samples: each(({ recommended }, labels) => (recommended ? [one(recommended.idleS, labels)] : [])),
  },
  {
    name: 'longhold_longest_silence_survived_seconds',
    type: 'gauge',
    help: 'Longest silence that was survived, of those remembered.',
    labels: pathLabels,
    samples: each(({ survivedMs }, labels) => (survivedMs > 0 ? [one(survivedMs / 1000, labels)] : [])),
  },
]

function each(read: (series: SurvivalSeries, labels: Labels) => Sample[]): Metric['samples'] {
  return ({ snapshot: { survival } }) => survival.flatMap(series => read(series, labelsOf(series)))
}

const labelsOf = ({ of: { kind, path, speaker, keepalive } }: SurvivalSeries): Labels => ({
  kind,
  path,
  speaker,
  keepalive: keepaliveWord(keepalive),
})
