import { type Answer, json } from '../http/answer.ts'
import { latencyEdges } from '../stats/buckets.ts'
import type { Past } from '../record/history/history.ts'
import { cohortColumns, probeColumns } from '../record/history/readings.ts'
import { type Span, spans } from '../record/history/spans.ts'
import { titleOf } from '../record/tables/verdicts.ts'
import type { WebSource } from './source.ts'

/**
 * `/api/history`: what was counted when, a row for each slice of time in which something was: its number (from 0 at `startAtMs`),
 * then the columns as named. Of a probe the columns are followed by one count for each of `latencyEdgesS`, and one above all.
 */
export function history(source: WebSource, span: Span): Answer {
  const { startAt, first, series } = source.history(span)
  const { at, verdicts, cohorts, probes } = source.snapshot()
  const current = new Set([...cohorts, ...probes].map(keyOf))
  const shown = series.filter(({ of }) => current.has(keyOf(of)))
  const named = (word: 'cohort' | 'probe') =>
    shown.filter(({ of }) => word in of).map(past => ({ ...past.of, rows: rowsOf(past, first) }))
  return json({
    atMs: at,
    span,
    startAtMs: Math.round(startAt),
    everyS: spans[span].everyMs / 1000,
    slices: spans[span].slices,
    cohortColumns,
    probeColumns,
    latencyEdgesS: latencyEdges,
    cohorts: named('cohort'),
    probes: named('probe'),
    verdicts: verdicts
      .filter(({ supersededBy }) => supersededBy === undefined)
      .map(verdict => ({
        name: verdict.name,
        title: titleOf(verdict),
        planned: verdict.planned,
        sinceMs: verdict.since,
        untilMs: verdict.state === 'open' ? null : verdict.lastAt,
      })),
  })
}

function rowsOf({ rows }: Past, first: number): number[][] {
  const shown = [...rows].filter(([slice]) => slice >= first)
  return shown.map(([slice, row]) => [slice - first, ...trimmed(row).map(each => Math.max(0, Math.round(each)))])
}

/** Most latencies lie in few buckets: what follows is zero. */
const trimmed = (row: readonly number[]): readonly number[] => row.slice(0, row.findLastIndex(each => each > 0) + 1)

type Named = Partial<Record<'side' | 'kind' | 'cohort' | 'path' | 'probe' | 'server' | 'mode', string>>
const keyOf = ({ side, kind, cohort, path, probe, server, mode }: Named): string =>
  JSON.stringify([side, kind, cohort, path, probe, server, mode])
