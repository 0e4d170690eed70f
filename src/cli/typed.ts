import { Problem } from '../outcome/problem.ts'
import { formatDuration, parseDuration } from '../settings/duration.ts'

/** A mistake in an option: exit code 2. */
const mistake = (option: string, expected: string, found: string): Problem =>
  new Problem(`${option}: expected ${expected}, found ${JSON.stringify(found)}`, 2)

/** Reads the whole number typed after `option`; throws a Problem that names the option, the bounds, and what was typed. */
export const wholeNumber =
  (option: string, least: number, most = Number.POSITIVE_INFINITY) =>
  (typed: string): number => {
    const number = /^\d+$/.test(typed) ? Number(typed) : Number.NaN
    if (number >= least && number <= most) return number
    const bounds = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`
    throw mistake(option, `a whole number ${bounds}`, typed)
  }

/** Reads the duration typed after `option`, milliseconds. The longest timeout anything is known to have is 5 days. */
export const duration =
  (option: string, leastMs = 1, mostMs = 30 * 86_400_000) =>
  (typed: string): number => {
    const ms = parseDuration(typed)
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms
    const bounds = `from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`
    throw mistake(option, `a duration ${bounds}, such as ${mostMs < 86_400_000 ? '5s' : '5s, 15m or 24h'}`, typed)
  }

/** Reads a percentage as a share of 1. */
export const percentage =
  (option: string, least: number, most = 100) =>
  (typed: string): number => {
    const [, digits] = /^(\d+(?:\.\d+)?)%?$/.exec(typed) ?? []
    const percent = Number(digits)
    if (percent >= least && percent <= most) return percent / 100
    throw mistake(option, `a percentage from ${least}% to ${most}%, such as 5%`, typed)
  }
