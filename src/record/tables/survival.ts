import { keepaliveWord } from '../../survival/series.ts'
import type { Snapshot } from '../snapshot.ts'
import type { SurvivalSeries } from '../survival.ts'
import { type Cell, flexible, left, nothing, plain, right, type Table, toned } from './table.ts'
import { count, counted, moment, span } from './words.ts'

export const survivalTitle = 'Survival of silences'

/** What silences say of each path: how long they may last, and which keepalive idle survives it. */
export function survivalTable({ survival }: Pick<Snapshot, 'survival'>): Table {
  return {
    title: survivalTitle,
    columns: [
      ...['Path', 'Kind', 'Speaker', 'Keepalive'].map(left),
      ...['Silences', 'Died', 'Longest survived', 'Timeout above', 'Up to', 'Keepalive idle'].map(right),
      flexible('Changed (UTC)'),
    ],
    rows: survival.map(row),
    empty: 'no client has broken a silence yet.',
  }
}

function row(series: SurvivalSeries): Cell[] {
  const { of, silences, survivedMs, timeout, recommended, change } = series
  return [
    ...[of.path, of.kind, of.speaker, keepaliveWord(of.keepalive)].map(plain),
    plain(count(silences.survived + silences.died)),
    counted(silences.died, 'warn'),
    survivedMs > 0 ? plain(span(survivedMs)) : nothing,
    timeout && timeout.lowMs > 0 ? plain(span(timeout.lowMs)) : nothing,
    timeout ? toned(span(timeout.highMs), 'warn') : nothing,
    recommended ? plain(`${span(recommended.idleS * 1000)} or less`) : nothing,
    change ? plain(`${change.became} since ${moment(change.by)}`) : nothing,
  ]
}
