import type { Beyond } from '../../survival/bins.ts'
import type { Measured } from '../../survival/change.ts'
import { keepaliveWord, type OfPath } from '../../survival/series.ts'
import { span } from '../span.ts'

/** `between 5m and 10m`, `4m`, `10m at most`, `above 15m`. */
export function rangeOf({ survivedMs, timeout }: Measured): string {
  if (!timeout) return `above ${span(survivedMs)}`
  const [low, high] = [span(timeout.lowMs), span(timeout.highMs)]
  if (timeout.lowMs === 0) return `${high} at most`
  return low === high ? high : `between ${low} and ${high}`
}

/** `12 of 20 such silences were fatal`: silences that are fatal to one of the two timeouts, and not to the other. */
export function fateOf({ lived, died }: Beyond): string {
  const all = lived + died
  return `${died === 0 ? 'none' : died} of ${all} such silences ${died === 1 ? 'was' : 'were'} fatal`
}

export const pathWords = ({ kind, path, speaker, keepalive }: OfPath): string =>
  `${path === 'pod' ? 'straight to pods' : 'through the Service'} (${kind}, the ${speaker} speaks, keepalive ${keepaliveWord(keepalive)})`
