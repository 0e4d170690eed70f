import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { Snapshot } from '../src/record/snapshot.ts'
import type { Latency } from '../src/stats/latency.ts'

/** A snapshot as plain data that stays as it is: histograms by their content, interval histograms left out. */
export function frozen({ cohorts, probes, ...rest }: Snapshot): unknown {
  return structuredClone({
    ...rest,
    cohorts: cohorts.map(each => ({ ...each, exchange: content(each.exchange), connect: content(each.connect) })),
    probes: probes.map(each => ({ ...each, latency: content(each.latency) })),
  })
}

const content = ({ all, classic, clamped }: Latency) => ({
  hdr: all.totalCount > 0 && encodeIntoCompressedBase64(all),
  extremes: [all.minNonZeroValue, all.maxValue],
  classic,
  clamped,
})
