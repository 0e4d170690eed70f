import { cohortMetrics } from './metrics/cohorts.ts'
import type { Metric } from './metrics/definition.ts'
import { faultMetrics } from './metrics/faults.ts'
import { probeMetrics } from './metrics/probes.ts'
import { processMetrics } from './metrics/process.ts'
import { survivalMetrics } from './metrics/survival.ts'
import { usageMetrics } from './metrics/usage.ts'
import { verdictMetrics } from './metrics/verdicts.ts'

/**
 * Every metric there is. The number of series is bounded by what is configured and never grows with connections, pods
 * or time: no address, port or connection id is ever a label.
 */
export const metrics: readonly Metric[] = [
  ...verdictMetrics,
  ...faultMetrics,
  ...cohortMetrics,
  ...survivalMetrics,
  ...probeMetrics,
  ...processMetrics,
  ...usageMetrics,
]

/** The table of metrics as it stands in the README, which a test compares with it. */
export function metricsTable(): string {
  const rows = metrics.map(({ name, type, labels, help }) => {
    const names = labels.map(label => `\`${label}\``).join(' ')
    return `| \`${name}\` | ${type} | ${names} | ${help} |`.replace('|  |', '| |')
  })
  return ['| name | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
