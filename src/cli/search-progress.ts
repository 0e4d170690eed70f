import type { Clock } from '../clock.ts'
import type { Progress } from '../search/climbed.ts'
import { inWords } from '../tuning/finding.ts'

/** Between two redraws on a terminal, and two lines elsewhere, ms. */
const [redrawMs, lineMs] = [150, 30_000]

/** How far a search is: one line that is drawn again on a terminal, a line now and then elsewhere. */
export function progressLine(stream: NodeJS.WriteStream, clock: Clock) {
  const last = new Map<Progress['speaker'], Progress>()
  let shownAt = stream.isTTY ? -Infinity : clock.steady()
  return {
    show(progress: Progress): void {
      last.set(progress.speaker, progress)
      const now = clock.steady()
      if (now - shownAt < (stream.isTTY ? redrawMs : lineMs)) return
      shownAt = now
      const text = words([...last.values()], stream.isTTY ? stream.columns || 80 : 200)
      stream.write(stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`)
    },
    end(): void {
      if (stream.isTTY) stream.write('\r\x1b[2K')
    },
  }
}

const barWidth = 20

function words(all: readonly Progress[], width: number): string {
  const { elapsedMs, longestMs } = all[0] ?? { elapsedMs: 0, longestMs: 1 }
  // Rungs are geometric, and so is the bar: half of it is the square root of the way.
  const share = Math.min(1, Math.log(Math.max(1000, elapsedMs) / 1000) / Math.log(Math.max(2000, longestMs) / 1000))
  const full = Math.round(share * barWidth)
  const each = all.map(
    ({ speaker, longestSurvivedMs, open, done }) =>
      `${speaker} first: alive at ${inWords(longestSurvivedMs)} (${done} heard, ${open} silent)`,
  )
  const left = `at most ${inWords(Math.max(0, longestMs - elapsedMs))} left`
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${inWords(elapsedMs)}, ${left}; ${each.join('; ')}`.slice(
    0,
    width - 1,
  )
}
