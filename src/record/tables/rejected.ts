import type { Snapshot } from '../snapshot.ts'
import { flexible, left, plain, right, type Table } from './table.ts'
import { counted } from './words.ts'

/** What the server turned away, by reason. */
export function rejectedTable({ rejected }: Snapshot): Table {
  return {
    title: 'Turned away by the server',
    columns: [left('Kind'), flexible('Reason'), right('Count')],
    rows: rejected
      .filter(({ count }) => count > 0)
      .map(({ kind, reason, count }) => [plain(kind), plain(reason), counted(count, 'warn')]),
    empty: 'nothing so far.',
  }
}
