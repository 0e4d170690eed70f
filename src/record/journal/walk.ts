import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../outcome/problem.ts'
import { type Line, readLine } from './line.ts'
import { reasonOf } from './reasons.ts'
import { findSegments, type Found, linesName } from './segment.ts'

/** A line that could not be understood. */
export interface Damage {
  /** File and line: `journal-000001.jsonl:7`. */
  readonly where: string
  readonly bytes: number
  /** The last of its file, without an end: the process was gone before it was whole. */
  readonly torn: boolean
}

/** What stands in a line. One that is well-formed may still be nothing that its reader can use. */
export type Told = { readonly line: Line; readonly asDamage: () => Damage } | { readonly damage: Damage }

/** A checkpoint of all the series there can be is a hundredth of it. What is longer is no line; memory stays bounded. */
const longest = 64 * 1024 * 1024

/**
 * The lines of the journal in `dir` as they were written, a few thousand at a time, in memory that does not grow with the journal. A process
 * may be writing to it meanwhile. Problem when there is none; a file that rotation removed meanwhile is an empty one.
 */
export async function* walk(dir: string, only?: readonly Found[]): AsyncGenerator<readonly Told[]> {
  for (const { number } of only ?? (await segmentsIn(dir))) yield* linesOf(join(dir, linesName(number)), number)
}

/** The files of the journal in `dir`, oldest first. Problem when there are none. */
export async function segmentsIn(dir: string): Promise<Found[]> {
  const segments = await findSegments(dir).catch((error: unknown) => {
    throw new Problem(`cannot read the journal in ${dir}: ${reasonOf(error)}; ${hint}`)
  })
  if (segments.length === 0)
    throw new Problem(`there is no journal in ${dir}: no file is named journal-*.jsonl; ${hint}`)
  return segments
}

const hint = 'name the directory that was given as --journal'

/** Epoch ms of the first and the last line that is understood; `undefined` where none is. */
export async function spanOf(dir: string): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> {
  const segments = await segmentsIn(dir)
  const first = await edgeOf(dir, segments, 'first')
  const last = await edgeOf(dir, segments.toReversed(), 'last')
  return first === undefined || last === undefined ? undefined : { fromMs: first, toMs: last }
}

async function edgeOf(dir: string, segments: readonly Found[], edge: 'first' | 'last'): Promise<number | undefined> {
  for (const segment of segments) {
    let at: number | undefined
    for await (const batch of walk(dir, [segment])) {
      const times = batch.flatMap(told => ('line' in told ? [told.line.at] : []))
      at = (edge === 'first' ? times[0] : times.at(-1)) ?? at
      if (edge === 'first' && at !== undefined) break
    }
    if (at !== undefined) return at
  }
  return undefined
}

async function* linesOf(path: string, number: number): AsyncGenerator<readonly Told[]> {
  let [rest, dropped, at] = ['', 0, 0]
  const told = (text: string, torn: boolean): readonly Told[] => {
    at += 1
    if (text === '' && dropped === 0) return []
    const line = dropped > 0 ? undefined : readLine(text)
    const [place, before] = [at, dropped]
    dropped = 0
    const asDamage = () => ({ where: `${linesName(number)}:${place}`, bytes: before + Buffer.byteLength(text), torn })
    return line ? [{ line, asDamage }] : [{ damage: asDamage() }]
  }
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 128 * 1024 })
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const [end = '', ...texts] = chunk.split('\n')
      rest += end // not joined before it is split: a line of many chunks would be copied for each of them
      if (texts.length > 0) {
        const whole = [rest, ...texts]
        rest = whole.pop() ?? ''
        yield whole.flatMap(text => told(text, false))
      }
      if (rest.length > longest) [rest, dropped] = ['', dropped + Buffer.byteLength(rest)]
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Problem(`cannot read ${path}: ${reasonOf(error)}`)
  }
  if (rest !== '' || dropped > 0) yield told(rest, true)
}
