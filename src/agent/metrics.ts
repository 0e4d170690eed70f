import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Certificates } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'

/** How an answer came out, by its status. */
const outcomes: Readonly<Record<number, string>> = {
  200: 'answered',
  400: 'mistake',
  401: 'unauthorized',
  403: 'not-its-flow',
  404: 'mistake',
  405: 'mistake',
  413: 'mistake',
  429: 'busy',
  500: 'bug',
}

export interface AgentMetrics {
  readonly registry: Registry
  answered(status: number): void
  read(source: string, seconds: number, absent: boolean): void
}

/** What the agent tells of itself. Every series is there from the first scrape. */
export function agentMetrics(
  sources: readonly string[],
  version: string,
  certificates?: Mounted<Certificates>,
): AgentMetrics {
  const registers = [new Registry()]
  new Gauge({
    name: 'longhold_agent_build_info',
    help: '1, labelled with the versions that run.',
    labelNames: ['version', 'node_version'],
    registers,
  }).set({ version, node_version: process.version }, 1)
  const requests = new Counter({
    name: 'longhold_agent_requests_total',
    help: 'Requests that were answered or refused, by how.',
    labelNames: ['outcome'],
    registers,
  })
  const seconds = new Histogram({
    name: 'longhold_agent_source_read_seconds',
    help: 'How long reading a source of evidence took.',
    labelNames: ['source'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
    registers,
  })
  const absences = new Counter({
    name: 'longhold_agent_source_absent_total',
    help: 'Readings of a source that found nothing to read, or were not allowed to.',
    labelNames: ['source'],
    registers,
  })
  const notAfter = new Gauge({
    name: 'longhold_agent_tls_not_after_timestamp_seconds',
    help: 'When the certificate in force ends, and the last of the authorities of clients, Unix time.',
    labelNames: ['what'],
    registers: [],
    collect() {
      for (const [what, at] of Object.entries(certificates?.current.ends ?? {})) this.set({ what }, at / 1000)
    },
  })
  registers[0]?.registerMetric(notAfter)
  for (const outcome of new Set(Object.values(outcomes))) requests.inc({ outcome }, 0)
  for (const source of sources) {
    seconds.zero({ source })
    absences.inc({ source }, 0)
  }
  return {
    registry: registers[0] as Registry, // made three lines above
    answered: status => requests.inc({ outcome: outcomes[status] ?? 'mistake' }),
    read(source, took, absent) {
      seconds.observe({ source }, took)
      if (absent) absences.inc({ source })
    },
  }
}
