import { parseDuration } from '../settings/duration.ts'

/** An end of a range: a moment (epoch ms), or so long before the journal's last line. */
export type Edge = { readonly atMs: number } | { readonly beforeEndMs: number }

const iso = /^(?<day>\d{4}-\d{2}-\d{2})(?:T(?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/
const timeOnly = /^\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?$/

/**
 * `2026-11-20`, `2026-11-20T10:00`, with seconds and a zone where wanted (without one it is UTC, as everything longhold prints),
 * epoch ms, or `-2h`: two hours before the journal ends. `12:00` alone is that time on `day`. `undefined` for anything else.
 */
export function parseEdge(text: string, day?: string): Edge | undefined {
  if (text.startsWith('-')) {
    const beforeEndMs = parseDuration(text.slice(1))
    return beforeEndMs === undefined ? undefined : { beforeEndMs }
  }
  if (/^\d{11,14}$/.test(text)) return { atMs: Number(text) }
  if (day !== undefined && timeOnly.test(text)) return parseEdge(`${day}T${text}`)
  const found = iso.exec(text)?.groups
  if (!found) return undefined
  const { day: date = '', time = '00:00', zone = 'Z' } = found
  const midnight = Date.parse(`${date}T00:00Z`)
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date) // 30 February is 2 March to Date
  const atMs = Date.parse(`${date}T${time}${zone.replace(/^(.\d\d)(\d\d)$/, '$1:$2')}`)
  return exists && !Number.isNaN(atMs) ? { atMs } : undefined
}

/** The day a moment was written with, for a second one that is a time alone. */
export const dayOf = (text: string): string | undefined => iso.exec(text)?.groups?.day
