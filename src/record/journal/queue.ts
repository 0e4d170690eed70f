import type { Clock } from '../../clock.ts'
import type { Observation } from '../../outcome/observation.ts'
import type { Recorder } from '../recorder.ts'
import type { Texts } from './files.ts'
import { hlogHead, writeIntervals } from './hlog.ts'
import { type Note, writeLine } from './line.ts'

/** What waits to be written: bounded, whatever the disk does. */
export interface Queue {
  push(observation: Observation): void
  /** A line of the journal's own. */
  note(note: Note): void
  readonly bytes: number
  /** Observations were left out, and are until the next `head` has their totals. */
  readonly left: boolean
  /** Observations that have no line, since the last head that told so. */
  readonly missed: number
  /** Observations whose line is with the kernel: they outlive the process. */
  readonly written: number
  /** Everything that waits, with the histograms up to now if asked for; nothing waits afterwards. */
  take(withHistograms: boolean): Texts
  /** How a pair of files begins: the totals as they are now, and the gap before them if there was one. */
  head(): Texts
  /** What was taken, or the head, is with the kernel. */
  kept(what: 'taken' | 'head'): void
  /** What was not kept is lost, and so is all that comes before the next `head`. */
  lost(reason: string): void
}

interface Gap {
  readonly from: number
  readonly missed: number
  readonly reason: string
}

/** At most this much waits, bytes: a slow disk costs lines, not memory. */
export const mostBytes = 8 * 1024 * 1024

export function queue(recorder: Recorder, clock: Clock): Queue {
  let lines: string[] = []
  let bytes = 0
  let waiting = 0
  let taken = 0
  let written = 0
  let intervalFrom = clock.now()
  let gap: Gap | undefined
  /** The gap that the head now being written tells of. */
  let told: Gap | undefined

  function add(line: string): void {
    lines.push(line)
    bytes += line.length
  }

  function miss(count: number, reason: string): void {
    const { from, missed } = gap ?? { from: clock.now(), missed: 0 }
    gap = { from, missed: missed + count, reason: gap?.reason ?? reason }
  }

  function empty(): void {
    lines = []
    bytes = 0
    waiting = 0
  }

  return {
    push(observation) {
      const line = gap ? '' : writeLine(observation)
      if (gap || bytes + line.length > mostBytes) return miss(1, 'the disk was too slow')
      waiting += 1
      add(line)
    },
    note: note => add(writeLine(note)),
    get bytes() {
      return bytes
    },
    get left() {
      return gap !== undefined
    },
    get missed() {
      return gap?.missed ?? 0
    },
    get written() {
      return written
    },
    take(withHistograms) {
      const at = clock.now()
      const histograms = withHistograms ? writeIntervals(recorder, intervalFrom, at) : ''
      if (withHistograms) {
        intervalFrom = at
        add(writeLine({ journal: 'interval', at }))
      }
      const text = lines.join('')
      taken = waiting
      empty()
      return { lines: text, histograms }
    },
    head() {
      const at = clock.now()
      const checkpoint = writeLine({ journal: 'checkpoint', at, version: 1, state: recorder.state() })
      told = gap
      gap = undefined
      const lines = told ? checkpoint + writeLine({ journal: 'gap', at, ...told }) : checkpoint
      return { lines, histograms: hlogHead(at) }
    },
    kept(what) {
      if (what === 'head') {
        told = undefined
        return
      }
      written += taken
      taken = 0
    },
    lost(reason) {
      const first = told ?? gap
      const missed = taken + waiting + (told?.missed ?? 0) + (gap?.missed ?? 0)
      gap = { from: first?.from ?? clock.now(), missed, reason: first?.reason ?? reason }
      told = undefined
      taken = 0
      empty()
    },
  }
}
