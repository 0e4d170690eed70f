import type { ConntrackTable, TableLoss } from './facts.ts'
import { rise } from './rise.ts'

/** So long after the last of them losses belong together, ms. */
const pauseMs = 5000
/** So many are told, for so long: who asks later asks about something else. */
const [most, rememberMs] = [16, 3_600_000]

/** When a table lost packets, as told by looks at it. A full table cannot be asked about from elsewhere: asking takes an entry. */
export interface Losses {
  look(at: number, table: ConntrackTable): void
  lately(now: number): readonly TableLoss[]
}

export function losses(): Losses {
  let before: { readonly at: number; readonly table: ConntrackTable } | undefined
  let known: TableLoss[] = []

  return {
    look(at, table) {
      const { drop = 0, insert_failed: insertFailed = 0 } = before ? rise(before.table.counters, table.counters) : {}
      if (before && drop + insertFailed > 0) {
        const count = Math.max(before.table.count, table.count)
        const last = known.at(-1)
        if (last && before.at - last.to <= pauseMs)
          known = [...known.slice(0, -1), joined(last, { to: at, drop, insertFailed, count })]
        else known = [...known.slice(1 - most), { from: before.at, to: at, drop, insertFailed, count, max: table.max }]
      }
      before = { at, table }
    },
    lately: now => known.filter(({ to }) => now - to < rememberMs),
  }
}

const joined = (loss: TableLoss, more: Pick<TableLoss, 'to' | 'drop' | 'insertFailed' | 'count'>): TableLoss => ({
  ...loss,
  to: more.to,
  drop: loss.drop + more.drop,
  insertFailed: loss.insertFailed + more.insertFailed,
  count: Math.max(loss.count, more.count),
})
