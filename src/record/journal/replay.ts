import type { Recorder } from '../recorder.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Line, Note } from './line.ts'
import type { Found } from './segment.ts'
import { walk } from './walk.ts'

/** One run of the process, as far as the journal goes back. */
export interface Run extends NonNullable<Snapshot['run']> {
  /** Epoch ms of its last line. */
  readonly until: number
}

/** What was met while reading. */
export interface Replayed {
  readonly runs: readonly Run[]
  /** Damaged and torn lines and gaps, one sentence each, bounded. */
  readonly notes: readonly string[]
  /** Damaged and torn lines in all. */
  readonly damaged: number
}

/** How many notes are kept in words. */
const mostNotes = 20

/** Folds the files into the recorder, oldest first. A line that cannot be understood is skipped and noted. */
export async function replay(dir: string, segments: readonly Found[], into: Recorder): Promise<Replayed> {
  const runs: Run[] = []
  const notes: string[] = []
  let damaged = 0

  function heard(line: Line): void {
    if ('journal' in line && line.journal === 'gap') note(gap(line))
    if (opensRun(line)) {
      const { run } = into.snapshot()
      if (run && run.at !== runs.at(-1)?.at) runs.push({ ...run, until: run.at })
    }
    const last = runs.at(-1)
    // A checkpoint opens a file: it may be the next process that writes it, long after.
    if (last && !('journal' in line && line.journal === 'checkpoint'))
      runs[runs.length - 1] = { ...last, until: line.at }
  }

  function note(sentence: string): void {
    if (notes.length < mostNotes) notes.push(sentence)
  }

  for await (const batch of walk(dir, segments))
    for (const told of batch) {
      if ('line' in told && fold(told.line, into)) heard(told.line)
      else {
        damaged += 1
        const { where, torn, bytes } = 'damage' in told ? told.damage : told.asDamage()
        note(`${where}: skipped ${torn ? 'a torn last line' : 'a damaged line'} of ${bytes} bytes`)
      }
    }
  if (damaged > mostNotes) notes.push(`${damaged} damaged lines were skipped in all`)
  return { runs, notes, damaged }
}

/** The files it takes to go on: those from the newest that begins with a checkpoint the recorder understands. */
export async function sinceCheckpoint(dir: string, segments: readonly Found[], into: Recorder): Promise<Found[]> {
  for (const [place, segment] of [...segments.entries()].toReversed()) {
    const first = await firstLine(dir, segment)
    if (first && 'journal' in first && first.journal === 'checkpoint' && fold(first, into)) return segments.slice(place)
  }
  return [...segments]
}

async function firstLine(dir: string, segment: Found): Promise<Line | undefined> {
  for await (const [told] of walk(dir, [segment])) return told && 'line' in told ? told.line : undefined
  return undefined
}

/** False at a checkpoint that is none, such as one of another version: nothing is changed then. */
function fold(line: Line, into: Recorder): boolean {
  try {
    if ('type' in line) into.fold(line)
    else if (line.journal === 'checkpoint') into.restore(line.state)
    else if (line.journal === 'alive') into.pass(line)
    else if (line.journal === 'interval') into.takeIntervals(() => {})
    return true
  } catch {
    return false
  }
}

const opensRun = (line: Line): boolean => ('type' in line ? line.type === 'began' : line.journal === 'checkpoint')

const gap = ({ from, at, missed, reason }: Note & { journal: 'gap' }): string =>
  `${stamp(from)} to ${stamp(at)}: ${missed} observations have no line (${reason}); the totals have them`

const stamp = (at: number): string => new Date(at).toISOString()
