import { setImmediate } from 'node:timers/promises'
import { type Metric as PromMetric, Registry, type RegistryContentType } from 'prom-client'
import type { Metric, Now } from './metrics/definition.ts'
import { metrics } from './metrics.ts'

/** Renders one scrape in the format `accept` asks for. Its registry lives as long as the scrape. */
export async function scrape(now: Now, accept = ''): Promise<{ contentType: string; text: string }> {
  const registry = new Registry<RegistryContentType>()
  registry.setContentType(
    wantsOpenMetrics(accept) ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
  )
  const turn = turns()
  for (const metric of metrics) registry.registerMetric(filled(metric, now, turn))
  return { contentType: registry.contentType, text: await registry.metrics() }
}

/**
 * A metric as prom-client's registry renders it. Its own classes only count up what is observed through them and cannot be set
 * from a snapshot's counts; what the registry asks of a metric is a name, a help, a type and a `get()`.
 */
function filled({ name, type, help, samples }: Metric, now: Now, turn: () => Promise<void>): PromMetric {
  const metric = {
    name,
    type,
    help,
    aggregator: 'sum',
    async get() {
      await turn()
      return { ...metric, values: samples(now) } // for OpenMetrics, the registry has shortened the name by now
    },
  }
  return metric as unknown as PromMetric // the declared type lists prom-client's own classes only
}

/** One metric for each turn of the event loop: a scrape must not stall the probes it reports on. */
function turns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.then(() => setImmediate())
    return last
  }
}

/** True when OpenMetrics is named and nothing it could have instead is liked better (RFC 9110, 12.5.1). */
export function wantsOpenMetrics(accept: string): boolean {
  const liked = new Map(
    accept
      .split(',')
      .map(range => {
        const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
        const q = parameters.find(parameter => parameter.startsWith('q='))
        return [type, q === undefined ? 1 : Number(q.slice(2)) || 0] as const
      })
      .toReversed(),
  )
  const open = liked.get('application/openmetrics-text') ?? 0
  return open > 0 && open >= (liked.get('text/plain') ?? 0)
}
