import { median } from '../../bench/measure.ts'

/** How the client is once all is well again. */
export interface Sample {
  readonly minute: number
  readonly heapBytes: number
  readonly residentBytes: number
  readonly files: number
  readonly timers: number
}

/** Below so many there is no first and no last part to compare. */
const least = 8
/** So much more may be there than was at first: what is kept on purpose has its bounds, and reaches them by and by. */
const most = { heapBytes: 8 * 2 ** 20, residentBytes: 48 * 2 ** 20, files: 16, timers: 8 } as const

/** What grows with time, in words: the last quarter against the second, as the first has yet to fill what is kept on purpose. */
export function leaks(samples: readonly Sample[]): string[] {
  if (samples.length < least) return []
  const quarter = Math.floor(samples.length / 4)
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)]
  return (Object.keys(most) as (keyof typeof most)[]).flatMap(what => {
    const [was, is] = [early, late].map(some => median(some.map(each => each[what])))
    if (was === undefined || is === undefined || is <= was + most[what]) return []
    return [`${what} grew from ${was} to ${is}`]
  })
}
