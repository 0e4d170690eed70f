import type { Next } from '../probes/kind.ts'
import type { Past, Shown } from '../record/history/history.ts'
import { cohortColumns } from '../record/history/readings.ts'
import { type CohortSeries, isFault } from '../record/snapshot.ts'
import { rateInterval } from '../stats/poisson.ts'
import { percentile } from '../record/tables/cohorts.ts'
import { ago, count, exposure, span } from '../record/tables/words.ts'
import { type Html, html } from './html.ts'
import type { WebSource } from './source.ts'

/** Every cohort as a row: when somebody speaks next, what was lost against how much silence, and the last hour in one glance. */
export function cohortRows(source: WebSource): Html {
  const { at, cohorts } = source.snapshot()
  const past = source.history('hour')
  const next = source.next()
  if (cohorts.length === 0) return html`<p class="quiet">No cohort is configured, and none was heard of.</p>`
  const shown =
    cohorts.length > mostRows ? cohorts.toSorted((a, b) => lostBy(b) - lostBy(a)).slice(0, mostRows) : cohorts
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Cohorts">
<table>
<thead><tr>${headings.map(([name, right]) => html`<th scope="col" class="${right ? 'right' : ''}">${name}</th>`)}</tr></thead>
<tbody>
${shown.map(series => row(series, { at, next, past }))}</tbody>
</table>
</div>
${cohorts.length > mostRows ? html`<p class="quiet">The ${mostRows} that lost most, of ${cohorts.length}; <a href="metrics">metrics</a> have all.</p>` : ''}
`
}

/** More nobody reads. */
const mostRows = 50

const lostBy = (series: CohortSeries): number => sum(series, isFault)

const headings: readonly (readonly [name: string, right?: true])[] = [
  ['Cohort'],
  ['Open', true],
  ['Resets'],
  ['Next exchange'],
  ['Other', true],
  ['Planned', true],
  ['Dying', true],
  ['p50 / p99', true],
  ['Last hour'],
  ['Last end'],
]

interface Beside {
  readonly at: number
  readonly next: readonly Next[]
  readonly past: Shown
}

function row(series: CohortSeries, { at, next, past }: Beside): Html {
  const { side, cohort, path, kind, open, zombies, sweep, exchange, lastEnd } = series
  const others = sum(series, end => isFault(end) && end.fate !== 'reset')
  const dying = (sweep ? sweep.probing + sweep.backingOff : 0) + zombies
  return html`<tr>
<th scope="row" class="flexible"><b>${cohort}</b><br><span class="quiet">${side} · ${kind} · ${path}</span></th>
<td class="right">${count(open)}</td>
<td>${rate(series)}</td>
<td>${countdown(next.find(({ of }) => isSame(of, series)))}</td>
<td class="right ${others > 0 ? 'warn' : 'dim'}">${count(others)}</td>
<td class="right dim">${count(sum(series, end => end.planned))}</td>
<td class="right ${dying > 0 ? 'bad' : 'dim'}">${count(dying)}</td>
<td class="right">${exchange.all.totalCount === 0 ? '-' : `${percentile(exchange, 50).text} / ${percentile(exchange, 99).text}`}</td>
<td>${sparkline(
    past,
    past.series.find(({ of }) => 'cohort' in of && isSame(of, series)),
  )}</td>
<td class="${lastEnd && isFault(lastEnd) ? 'bad' : 'dim'}">${lastEnd ? `${lastEnd.fate} ${ago(at - lastEnd.at)}` : '-'}</td>
</tr>
`
}

type Of = Pick<CohortSeries, 'side' | 'kind' | 'cohort' | 'path'>
const isSame = (a: Of, b: Of): boolean =>
  a.cohort === b.cohort && a.side === b.side && a.kind === b.kind && a.path === b.path

/** The silence that ends first: how long it will have been, and how much of it is over. */
function countdown(next: Next | undefined): Html {
  if (!next) return html`<span class="dim">-</span>`
  const { inMs, afterMs } = next
  const words = `in ${span(Math.ceil(inMs / 1000) * 1000)} after ${span(Math.round(afterMs / 1000) * 1000)} idle`
  return html`<progress max="${Math.round(afterMs)}" value="${Math.round(afterMs - inMs)}" aria-label="${words}"></progress> ${inMs < 1000 ? 'now' : `in ${span(Math.ceil(inMs / 1000) * 1000)}`}`
}

/** With what chance alone allows: few hours of silence say little, however many resets there were, and less than one nothing. */
function rate(series: CohortSeries): Html {
  const resets = sum(series, end => isFault(end) && end.fate === 'reset')
  const hours = series.exposureMs / 3_600_000
  const tone = resets > 0 ? 'bad' : ''
  const told = `${count(resets)} ${resets === 1 ? 'reset' : 'resets'} in ${exposure(series.exposureMs)}`
  if (hours < 1) return html`<b class="${tone}">${told}</b>`
  const { low, high } = rateInterval({ events: resets, exposure: hours / 1000 })
  return html`<b class="${tone}">${rounded((resets / hours) * 1000)} per 1000 h</b><br><span class="quiet">${rounded(low)} to ${rounded(high)}; ${told}</span>`
}

const rounded = (value: number): string => (value < 9.95 ? value.toFixed(1) : count(Math.round(value)))

const sum = ({ ends }: CohortSeries, counts: (end: CohortSeries['ends'][number]) => boolean): number =>
  ends.filter(counts).reduce((all, end) => all + end.count, 0)

/** The drawing's height; its width is the number of slices. */
const tall = 24
const [exposed, resetsAt, othersAt] = (['exposureMs', 'resets', 'others'] as const).map(name =>
  cohortColumns.indexOf(name),
) as [number, number, number]

/** Slices in a drawing at least: five minutes. */
const fewest = 15

/** How many were silent, as an area, and a tick for every slice in which some ended unplanned. */
function sparkline({ first, newest }: Shown, past: Past | undefined): Html {
  const rows = [...(past?.rows ?? [])].filter(([slice]) => slice >= first)
  const from = Math.max(first, Math.min(newest - fewest + 1, rows[0]?.[0] ?? newest))
  const wide = newest - from + 1
  const most = Math.max(1, ...rows.map(([, row]) => row[exposed] ?? 0))
  const lost = rows.filter(([, row]) => (row[resetsAt] ?? 0) + (row[othersAt] ?? 0) > 0)
  const ended = lost.reduce((all, [, row]) => all + (row[resetsAt] ?? 0) + (row[othersAt] ?? 0), 0)
  const heights = new Map(rows.map(([slice, row]) => [slice, Math.round(((row[exposed] ?? 0) / most) * (tall - 6))]))
  const area = Array.from({ length: wide }, (_, i) => `V${tall - (heights.get(from + i) ?? 0)}h1`).join('')
  return html`<svg class="spark" viewBox="0 0 ${wide} ${tall}" preserveAspectRatio="none" role="img" aria-label="last hour: ${ended} unplanned ends">
<path class="band" d="M0 ${tall}${area}V${tall}Z"/>${lost.map(([slice]) => html`<path class="lost" d="M${slice - from + 0.5} 0V${tall}"/>`)}
</svg>`
}
