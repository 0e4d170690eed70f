import { realpath } from 'node:fs/promises'
import { type Gathered, gather, type Gathering, type Range } from '../compare/gather.ts'
import type { Edge } from '../compare/moment.ts'
import { refuseOverlap } from '../compare/overlap.ts'
import type { Pool } from '../compare/pool.ts'
import { Problem } from '../outcome/problem.ts'
import { type Damage, spanOf, walk } from '../record/journal/walk.ts'
import { moment } from '../record/tables/words.ts'

/** Both pools, and what was met while reading. */
export interface ReadPools {
  readonly a: Gathered
  readonly b: Gathered
  readonly notes: readonly string[]
}

/** Reads both pools from disk; a journal that holds both is read once. Problem where one cannot be had, or they overlap. */
export async function readPools(a: Pool, b: Pool): Promise<ReadPools> {
  const [left, right] = [gather(a, await rangeOf(a)), gather(b, await rangeOf(b))]
  const together = (await placeOf(a)) === (await placeOf(b))
  const notes = together
    ? await read(a.dir, 'A and B', [left, right])
    : [...(await read(a.dir, 'A', [left])), ...(await read(b.dir, 'B', [right]))]
  const pools = { a: left.end(), b: right.end(), notes }
  if (together) refuseOverlap(pools.a, pools.b)
  return pools
}

const placeOf = ({ dir }: Pool): Promise<string> => realpath(dir).catch(() => dir)

async function rangeOf({ name, dir, from, to }: Pool): Promise<Range> {
  const relative = [from, to].some(edge => edge && 'beforeEndMs' in edge)
  const end = relative ? ((await spanOf(dir))?.toMs ?? 0) : 0
  const at = (edge: Edge): number => ('atMs' in edge ? edge.atMs : end - edge.beforeEndMs)
  const range: Range = { ...(from && { from: at(from) }), ...(to && { to: at(to) }) }
  if (range.from !== undefined && range.to !== undefined && range.from >= range.to) {
    const found = `${moment(range.from)} to ${moment(range.to)}`
    throw new Problem(`${name}: expected a range that begins before it ends, found ${found}`, 2)
  }
  return range
}

/** Damaged lines that are told one by one. */
const mostDamages = 5

/** Feeds every line to all that gather from this journal. Returns what is wrong with it, one sentence each. */
async function read(dir: string, name: string, into: readonly Gathering[]): Promise<string[]> {
  const notes: string[] = []
  let damaged = 0

  function hurt({ where, bytes, torn }: Damage): void {
    damaged += 1
    if (damaged <= mostDamages)
      notes.push(`${name}: ${where}: skipped ${torn ? 'a torn last line' : 'a damaged line'} of ${bytes} bytes`)
  }

  for await (const batch of walk(dir))
    for (const told of batch) {
      if ('damage' in told) hurt(told.damage)
      else {
        const { line } = told
        const taken = into.map(each => each.line(line))
        if (taken.includes(false)) notes.push(`${name}: a checkpoint at ${moment(line.at)} cannot be understood`)
        if ('journal' in line && line.journal === 'gap')
          notes.push(
            `${name}: ${line.missed} observations up to ${moment(line.at)} have no line (${line.reason}): rates and latencies count them, silences and bursts cannot`,
          )
      }
    }
  if (damaged > mostDamages) notes.push(`${name}: ${damaged} damaged lines were skipped in all`)
  return notes.length > mostNotes ? [...notes.slice(0, mostNotes), `and ${notes.length - mostNotes} more`] : notes
}
const mostNotes = 20
