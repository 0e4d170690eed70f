import { agentMetrics } from '../src/agent/metrics.ts'
import { nodeMetrics } from '../src/agent/node-metrics.ts'
import { metrics } from '../src/web/metrics.ts'

export interface SeriesOf {
  readonly type: string
  readonly labels: readonly string[]
}

/** Every series that client, server and agent tell Prometheus of, by its name there. */
export function everySeries(): ReadonlyMap<string, SeriesOf> {
  const { registry } = agentMetrics([], '0.1.0')
  nodeMetrics(registry)
  const ofAgent = registry.getMetricsAsArray().map(({ name, type, labelNames }: Told) => ({
    name,
    type: String(type),
    labels: labelNames ?? [],
  }))
  return new Map(
    [...metrics, ...ofAgent].flatMap(({ name, type, labels }) =>
      (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map(
        suffix => [`${name}${suffix}`, { type, labels: suffix === '_bucket' ? [...labels, 'le'] : labels }] as const,
      ),
    ),
  )
}

/** What prom-client's types leave out. */
interface Told {
  readonly name: string
  readonly type?: unknown
  readonly labelNames?: readonly string[]
}
