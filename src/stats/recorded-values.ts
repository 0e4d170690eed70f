import type { Histogram, JsHistogram } from 'hdr-histogram-js'
import type { Seen } from './bootstrap.ts'

/** What a histogram holds, the smallest first; a value is the largest of its bucket, whatever else is recorded: two looks can be subtracted. */
export function recordedValues(histogram: Histogram): Seen[] {
  if (histogram.totalCount === 0) return []
  const { recordedValuesIterator: iterator } = histogram as JsHistogram // the only kind this process builds; the interface hides it
  iterator.reset()
  const seen: Seen[] = []
  while (iterator.hasNext()) {
    const { valueIteratedTo: value, countAtValueIteratedTo: count } = iterator.next()
    seen.push({ value, count })
  }
  return seen
}
