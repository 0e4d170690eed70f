import type { EvidenceLine } from '../outcome/verdict.ts'
import { type Attempt, isHeard } from './attempts.ts'
import { seriesName } from './case.ts'

/** So many series are told apart. */
const most = 8

/** How attempts fared: for each series and each fate among those that failed, of how many. */
export function attemptLines(attempts: readonly Attempt[]): readonly EvidenceLine[] {
  const lines = [...Map.groupBy(attempts, ({ series }) => series)].flatMap(([series, all]) => {
    const failed = Map.groupBy(
      all.filter(each => !isHeard(each)),
      wordsOf,
    )
    return [...failed].map(([fate, those]) => ({
      source: 'client',
      at: lastAt(those),
      says: `${seriesName(series.of)}: ${those.length} of ${all.length} ${those[0]?.isNew ? 'new ones ' : ''}ended ${fate}`,
    }))
  })
  const rest = lines.length - most
  return rest > 0
    ? [...lines.slice(0, most), { source: 'client', at: lastAt(attempts), says: `and ${rest} more` }]
    : lines
}

/** That others of a sort were answered meanwhile, where some were. */
export const answeredLines = (
  heard: readonly Attempt[],
  sort: string,
  at = heard.at(-1)?.sentAt ?? 0,
): readonly EvidenceLine[] =>
  heard.length === 0 ? [] : [{ source: 'client', at, says: `${heard.length} attempts ${sort} were answered meanwhile` }]

function wordsOf({ fate, symptom }: Attempt): string {
  const phase = symptom?.phase
  const words = [symptom?.type === 'ended' ? `in ${phase}` : '', symptom?.code ?? ''].filter(each => each !== '')
  return words.length === 0 ? fate : `${fate} (${words.join(', ')})`
}

/** Epoch ms at which the last of them was known to have failed. */
export const lastAt = (attempts: readonly Attempt[]): number =>
  Math.max(0, ...attempts.map(({ symptom, sentAt }) => symptom?.at ?? sentAt))

/** `31 of 60 new attempts`. */
export const shareOf = (bad: readonly unknown[], good: readonly unknown[]): string =>
  `${bad.length} of ${bad.length + good.length}`
