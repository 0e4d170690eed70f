/** A duration in a sentence, as precisely as anybody wants it: `950ms`, `4.1s`, `15m`, `15m 3s`, `2h 5m`. */
export function span(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
  return pair(Math.floor(minutes / 1440), 'd', Math.round((minutes % 1440) / 60), 'h')
}

/** From the shortest to the longest: `4s`, `4s to 12.5s`. */
export function spans(all: readonly number[]): string {
  if (all.length === 0) return 'unknown'
  const [first, last] = [span(Math.min(...all)), span(Math.max(...all))]
  return first === last ? first : `${first} to ${last}`
}

const pair = (big: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${unit}` : `${big}${unit} ${small}${smallUnit}`
