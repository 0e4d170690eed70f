import { z } from 'zod'
import { paths } from '../../outcome/observation.ts'
import type { History } from './history.ts'
import { spanNames, spans } from './spans.ts'

const side = z.enum(['client', 'server'])
const name = { side, kind: z.string() }
const of = z.union([
  z.object({ ...name, cohort: z.string(), path: z.enum(paths) }),
  z.object({ ...name, side: z.literal('client'), probe: z.string(), server: z.string(), mode: z.string() }),
])
const row = z.tuple([z.int().min(0)]).rest(z.number())
const mostSlices = Math.max(...spanNames.map(each => spans[each].slices))

/** The past as a checkpoint keeps it: for each series a list a span, of rows that begin with the number of their slice. */
export const savedHistory = z.object({
  elapsedMs: z.number().min(0),
  series: z.array(
    z.object({
      of,
      totals: z.array(z.number()),
      pasts: z.array(z.array(row).max(2 * mostSlices)).length(spanNames.length),
    }),
  ),
})
type Saved = z.output<typeof savedHistory>

export const saveHistory = (past: History): Saved => past.keep() as unknown as Saved // the same, but readonly

export const loadHistory = (past: History, saved: Saved | undefined, steady: number): void =>
  past.restore(saved, steady)
