import { type Cell, nothing, type Tone, toned } from './table.ts'

/** A duration in one glance: `312us`, `1.2ms`, `45s`, `3m 12s`, `2h 5m`, `3d 4h`. */
export function span(ms: number): string {
  if (ms < 60_000) return latency(ms * 1000)
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return pair(minutes, 'm', Math.floor(ms / 1000) % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'm')
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

/** How long ago, in one unit: `45s`, `3m`, `2h`, `3d`. */
export const ago = (ms: number): string => (ms < 1000 ? '0s' : (span(Math.floor(ms / 1000) * 1000).split(' ')[0] ?? ''))

/** Microseconds: `312us`, `1.2ms`, `35ms`, `5s`, `5.2s`. */
export function latency(us: number): string {
  if (us < 999.5) return `${Math.round(us)}us`
  if (us < 999_500) return `${two(us / 1000)}ms`
  return `${two(us / 1e6).replace('.0', '')}s`
}

/** Connection-time: `45m`, `12.3h`, `12.3kh`. */
export function exposure(ms: number): string {
  const hours = ms / 3_600_000
  if (hours < 1) return ago(ms)
  return hours < 1000 ? `${three(hours)}h` : `${three(hours / 1000)}kh`
}

/** A number of things: exact below 10,000, then `12.3k`, `4.5M`. */
export function count(n: number): string {
  if (n < 10_000) return String(n)
  return n < 999_500 ? `${three(n / 1000)}k` : `${three(n / 1e6)}M`
}

/** A count that is dim while it is zero, and speaks up when it is not. */
export const counted = (n: number, tone?: Tone): Cell => toned(count(n), n === 0 ? 'dim' : tone)

/** Those of `counts` that are not zero, `NXDOMAIN 3 SERVFAIL 1`. */
export function listed(counts: Readonly<Record<string, number>>, tone?: Tone): Cell {
  const there = Object.entries(counts).filter(([, n]) => n > 0)
  return there.length === 0 ? nothing : toned(there.map(([name, n]) => `${name} ${count(n)}`).join(' '), tone)
}

/** To the second, UTC: `2026-11-21 03:12:45`. */
export const moment = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

const two = (value: number): string => (value < 9.95 ? value.toFixed(1) : String(Math.round(value)))
const three = (value: number): string => (value < 99.95 ? value.toFixed(1) : String(Math.round(value)))
const pair = (big: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${unit}` : `${big}${unit} ${small}${smallUnit}`
