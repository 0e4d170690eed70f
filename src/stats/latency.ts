import { build, type Histogram } from 'hdr-histogram-js'
import { type Buckets, buckets, count, latencyEdges } from './buckets.ts'

/** Longest latency kept apart, microseconds: a minute. Anything longer is counted as a minute, and as `clamped`. */
export const highestUs = 60_000_000

/**
 * Latencies of one series, three times over, all fed at observation: an HdrHistogram for people (percentiles), one
 * for the current interval of the journal, and classic buckets for Prometheus.
 */
export interface Latency {
  readonly all: Histogram
  readonly interval: Histogram
  readonly classic: Buckets
  clamped: number
}

export const latency = (): Latency => ({
  all: newHistogram(),
  interval: newHistogram(),
  classic: buckets(latencyEdges),
  clamped: 0,
})

/** 1 us to 60 s, two digits: about 10 KiB. One kind in the whole process, since mixing kinds makes recording three times slower. */
export const newHistogram = (): Histogram =>
  build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 2,
    bitBucketSize: 32,
    useWebAssembly: false,
  })

/** Records `us` microseconds. NaN and negatives, which the library would take in silence, are a bug of the caller: RangeError. */
export function recordLatency(into: Latency, us: number): void {
  if (!(us >= 0)) throw new RangeError(`a latency of ${us} us`)
  const whole = Math.max(1, Math.round(us))
  if (whole > highestUs) into.clamped += 1
  const kept = Math.min(whole, highestUs)
  into.all.recordValue(kept)
  into.interval.recordValue(kept)
  count(into.classic, us / 1e6)
}
