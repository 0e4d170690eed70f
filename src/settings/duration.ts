import { z } from 'zod'

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const written = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** Whole milliseconds of a duration as people write it (`250ms`, `5s`, `15m`, `24h`), or `undefined`. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = written.exec(text.trim()) ?? []
  return digits && unit ? Math.round(Number(digits) * units[unit as keyof typeof units]) : undefined
}

/** The shortest way to write `ms` without losing any of it: 900000 is `15m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  for (const unit of ['d', 'h', 'm', 's'] as const)
    if (ms >= units[unit] && Number.isInteger(ms / units[unit])) return `${ms / units[unit]}${unit}`
  return `${ms}ms`
}

/**
 * A setting that is a duration: written `15m`, read as milliseconds, and written back the same. A bare number is
 * refused, since nobody can tell its unit. `min` and `max` are durations too.
 */
export function duration({ min = '0s', max = '30d' }: { min?: string; max?: string } = {}) {
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? Infinity]
  const expected = `a duration from ${min} to ${max}, such as ${example(least, most)}`
  return z
    .codec(
      z
        .string({ error: () => expected })
        .regex(/^\s*\d+(\.\d+)?(ms|s|m|h|d)\s*$/, { error: () => expected, abort: true }),
      z.number(),
      { decode: text => parseDuration(text) ?? Number.NaN, encode: formatDuration },
    )
    .refine(ms => ms >= least && ms <= most, { error: () => expected })
    .meta({ description: expected })
}

function example(least: number, most: number): string {
  const fits = [5000, 60_000, 900_000, 250].find(ms => ms >= least && ms <= most)
  return formatDuration(fits ?? least)
}
