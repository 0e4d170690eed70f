import { decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { z } from 'zod'
import { type Buckets, buckets } from '../stats/buckets.ts'
import { highestUs, type Latency, latency } from '../stats/latency.ts'

/** A latency as a checkpoint keeps it: the histogram in HdrHistogram's own V2 format, base64. */
export const savedLatency = z.object({
  hdr: z.string(),
  minUs: z.number(),
  maxUs: z.number(),
  counts: z.array(z.number()),
  sum: z.number(),
  clamped: z.number(),
})
export const savedBuckets = z.object({ counts: z.array(z.number()), sum: z.number() })

/** `undefined` for an empty one: most are, and a checkpoint stays small. */
export function saveLatency({ all, classic, clamped }: Latency): z.output<typeof savedLatency> | undefined {
  if (all.totalCount === 0) return undefined
  const hdr = encodeIntoCompressedBase64(all)
  return { hdr, minUs: all.minNonZeroValue, maxUs: all.maxValue, clamped, ...saveBuckets(classic) }
}

/** The latency again, its interval histogram empty. Throws at anything that is none. */
export function loadLatency(saved: z.output<typeof savedLatency> | undefined): Latency {
  const empty = latency()
  if (!saved) return empty
  return {
    ...empty,
    all: exactly(decodeFromCompressedBase64(saved.hdr, 32, false), saved),
    classic: loadBuckets(saved, empty.classic.edges),
    clamped: saved.clamped,
  }
}

export const saveBuckets = ({ counts, sum }: Buckets): z.output<typeof savedBuckets> => ({ counts: [...counts], sum })

export function loadBuckets({ counts, sum }: z.output<typeof savedBuckets>, edges: readonly number[]): Buckets {
  if (counts.length !== edges.length + 1) throw new RangeError('buckets with other edges')
  return { ...buckets(edges), counts: [...counts], sum }
}

/** The V2 format rounds the extremes to the edges of their buckets; ours are kept beside it. */
function exactly(histogram: Histogram, { minUs, maxUs }: { minUs: number; maxUs: number }): Histogram {
  if (histogram.highestTrackableValue !== highestUs) throw new RangeError('a histogram of another range')
  return Object.assign(histogram, { minNonZeroValue: minUs, maxValue: maxUs })
}
