/** What one process of each kind tells: lines of its /metrics, and bytes of it. */
export interface Scraped {
  readonly series: number
  readonly bytes: number
}

/** What Prometheus adds to every target: up, and four of scrape_*. */
export const seriesOfTarget = 5

/**
 * "On average, Prometheus uses only 1-2 bytes per sample" (prometheus.io/docs/prometheus/latest/storage). Memory: a million series are
 * "around 2 GiB" for cardinality and as much again for ingestion (robustperception.io, "How much RAM does Prometheus
 * 2.x need for cardinality and ingestion?"): 4 KiB each.
 */
export const rules = { bytesPerSample: 1.5, memoryPerSeries: 4096, retentionS: 15 * 86_400 } as const

/** The same for so many targets, scraped every `intervalS`. */
export interface Cost {
  readonly series: number
  readonly samplesPerS: number
  /** Answers as they go over the wire, bytes per second. */
  readonly answersPerS: number
  readonly memoryBytes: number
  /** For a retention of 15 days, which is the default. */
  readonly diskBytes: number
}

export function costOf(targets: readonly { readonly count: number; readonly each: Scraped }[], intervalS = 30): Cost {
  const sum = (of: (each: Scraped) => number) => targets.reduce((all, { count, each }) => all + count * of(each), 0)
  const series = sum(each => each.series + seriesOfTarget)
  return {
    series,
    samplesPerS: series / intervalS,
    answersPerS: sum(({ bytes }) => bytes) / intervalS,
    memoryBytes: series * rules.memoryPerSeries,
    diskBytes: (series / intervalS) * rules.bytesPerSample * rules.retentionS,
  }
}
