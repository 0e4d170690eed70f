import type { EvidenceLine } from '../outcome/verdict.ts'
import { type Question, seriesName } from './case.ts'

/** So many series are told apart. */
const most = 8

/** What became of these questions: a line for each series and fate. */
export function questionLines(questions: readonly Question[]): readonly EvidenceLine[] {
  const alike = Map.groupBy(questions, each => `${seriesName(each)}: ${wordsOf(each)}`)
  const lines = [...alike].map(([what, those]) => ({
    source: 'client',
    at: Math.max(...those.map(({ at }) => at)),
    says: `${those.length} × ${what}`,
  }))
  return [
    ...lines.slice(0, most),
    ...(lines.length > most
      ? [{ source: 'client', at: lines[0]?.at ?? 0, says: `and ${lines.length - most} more series` }]
      : []),
  ]
}

const wordsOf = ({ fate, code, rcode }: Question): string =>
  fate === 'ok' ? `answered with ${rcode}` : code === '' || code === 'DEADLINE' ? fate : `${fate} (${code})`

/** The latest of them, epoch ms. */
export const latest = (questions: readonly Question[]): number => Math.max(0, ...questions.map(({ at }) => at))
