import type { Histogram } from 'hdr-histogram-js'
import type { CohortTally } from './cohort.ts'
import type { ProbeTally } from './probe.ts'

/**
 * Every interval histogram with its tag in the histogram log:
 * `client.tcp-hold.COHORT.service.exchange`, `client.dns.PROBE.1.fresh.answer`.
 */
export function* histogramsOf(
  cohorts: Iterable<CohortTally>,
  probes: Iterable<ProbeTally>,
): Generator<[tag: string, histogram: Histogram]> {
  for (const { of, exchange, connect } of cohorts) {
    const name = [of.side, of.kind, of.cohort, of.path]
    yield [tag(...name, 'exchange'), exchange.interval]
    yield [tag(...name, 'connect'), connect.interval]
  }
  for (const { side, kind, probe, server, mode, latency } of probes)
    yield [tag(side, kind, probe, server, mode, 'answer'), latency.interval]
}

/** The log's format ends a tag at a comma, a space or a line's end. */
const tag = (...words: string[]): string => words.map(word => word.replace(/[^\w-]/g, '_')).join('.')
