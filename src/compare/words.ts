import { ago, count } from '../record/tables/words.ts'
import type { Interval } from '../stats/distribution/counted.ts'
import type { RateRatio } from '../stats/poisson.ts'

/** A number people read: three digits at most, none of them of no use. */
export function number(value: number): string {
  if (value === Infinity) return '∞'
  if (value === 0) return '0'
  if (value >= 9999.5) return count(Math.round(value))
  return value >= 99.95 ? String(Math.round(value)) : String(Number(value.toPrecision(value < 0.1 ? 2 : 3)))
}

/** A rate per connection-hour, said per thousand of them. */
export const perThousandHours = (rate: number): string => number(rate * 1000)

export const between = ({ low, high }: Interval, word: (value: number) => string): string =>
  high === Infinity ? `${word(low)} or more` : `${word(low)} to ${word(high)}`

/** `3.0 times (1.2 to 7.4)`. */
export const times = (ratio: Pick<RateRatio, 'ratio'> & Interval): string =>
  ratio.ratio === undefined ? '-' : `${number(ratio.ratio)} (${between(ratio, number)})`

/** `p = 0.03`, `p < 0.0001`. */
export const chance = (p: number): string => (p < 0.0001 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`)

/** Connection-hours: `12.3 connection-hours`, `42m of connections`. */
export const hours = (value: number): string =>
  value < 1 ? `${ago(value * 3_600_000)} of connections` : `${number(value)} connection-hours`

export const share = (part: number): string => `${Number((part * 100).toPrecision(3))} %`
