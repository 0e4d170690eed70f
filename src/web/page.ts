import type { Clock } from '../clock.ts'
import type { Answer } from '../http/answer.ts'
import type { Snapshot } from '../record/snapshot.ts'
import { moment, span } from '../record/tables/words.ts'
import { faultsTable } from '../record/tables/faults.ts'
import { noiseTable } from '../record/tables/noise.ts'
import { optionsTable } from '../record/tables/options.ts'
import { probesTable } from '../record/tables/probes.ts'
import { rejectedTable } from '../record/tables/rejected.ts'
import { survivalTable } from '../record/tables/survival.ts'
import type { Cell, Column, Table } from '../record/tables/table.ts'
import { verdictsTable } from '../record/tables/verdicts.ts'
import { sentences } from '../record/sentence.ts'
import { cohortRows } from './cohorts.ts'
import { document } from './document.ts'
import { type Html, html } from './html.ts'
import type { ConfigurationState, WebSource } from './source.ts'
import { plainTitle, verdictCards } from './verdict-cards.ts'

/** The first page: how it stands, what is wrong, the cohorts, what was when, then the tables of the terminal. */
export function page(source: WebSource, clock: Clock): Answer {
  const snapshot = source.snapshot()
  const who = snapshot.run?.identity
  return document({
    title: `longhold ${source.command}${who ? ` on ${who.pod}` : ''}`,
    heading: `longhold ${source.command}`,
    who: [source.version, who?.pod, who?.node],
    main: html`${region('now', html`${state(snapshot, source.ready().ready, clock.now())}${condition(source, clock)}`)}
${region('verdicts', verdictCards(snapshot.verdicts, clock.now()))}
${region('cohorts', html`<h2>Cohorts</h2>${cohortRows(source)}`)}
${plots}
${region('tables', html`${below(snapshot).map(section)}`)}
${panes}
${region('itself', itself(snapshot))}`,
    live: true,
  })
}

/** A part that the script puts anew when it has changed, and only then. */
const region = (id: string, content: Html): Html => html`<section id="${id}" data-live>
${content}
</section>`

/** Drawn by the script alone; without it the tables say the same. */
const plots = html`<section id="plots" class="needs-script">
<h2>Over time <span class="choice" role="group" aria-label="How far back">${(['hour', 'day', 'week'] as const).map(each => html`<button type="button" data-span="${each}" aria-pressed="${each === 'hour' ? 'true' : 'false'}">${each}</button>`)}</span></h2>
<div id="history" class="plots"></div>
<div id="latency" class="plots"></div>
<div id="survival" class="plots"></div>
</section>`

/** Other pages, which the script brings here. */
const panes = html`<section id="connections"><h2>Connections</h2>
<div data-pane="connections" data-first="connections?limit=15"><p><a href="connections">Every connection</a></p></div></section>
<section id="node"><h2>Node</h2>
<div data-pane="node" data-first="node"><p><a href="node">What the node says</a></p></div></section>`

/** How it stands, for whoever reads nothing else. Its colour says it once more. */
function state(snapshot: Snapshot, isReady: boolean, at: number): Html {
  const isWrong = snapshot.verdicts.some(({ state, planned }) => state === 'open' && !planned)
  const [first = '', ...rest] = sentences(snapshot, at, plainTitle).map(capital)
  return html`<p class="headline ${isWrong ? 'is-bad' : isReady ? 'is-good' : 'is-warn'}"><b>${first}</b> ${rest.join(' ')}</p>`
}

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)

/** What is open has its cards already, and cohorts their rows. */
function below(snapshot: Snapshot): readonly Table[] {
  const closed = snapshot.verdicts.filter(({ state }) => state === 'closed')
  const known = [survivalTable(snapshot), probesTable(snapshot), faultsTable(snapshot, mostFaults)]
  return closed.length > 0
    ? [{ ...verdictsTable({ verdicts: closed }, mostClosed), title: 'Closed verdicts' }, ...known]
    : known
}

/** The newest. The journal and the metrics have all. */
const [mostFaults, mostClosed] = [8, 8]

/** What longhold knows of itself: read where a number above is in doubt. */
const itself = (snapshot: Snapshot): Html =>
  html`<details><summary>longhold itself: socket options, what was turned away, its own noise</summary>
${[optionsTable, rejectedTable, noiseTable].map(table => section(table(snapshot)))}
</details>`

function condition(source: WebSource, clock: Clock): Html {
  const { ready, parts } = source.ready()
  const waiting = parts.filter(part => !part.ready).map(({ name }) => name)
  const { p99, max } = source.noise().loopDelayMs
  const journal = source.journal?.()
  const configuration = source.configuration?.()
  return html`<p>${ready ? html`<b class="good">ready</b>` : html`<b class="warn">not ready: ${waiting.join(', ')}</b>`},
up ${span(Math.ceil(clock.steady() / 1000) * 1000)}.
Event loop late by ${span(p99)} at p99, ${span(max)} at most.</p>
${configuration ? followed(configuration) : ''}
${journal?.stopped === undefined ? '' : html`<p class="bad">The journal stopped: ${journal.stopped}</p>`}`
}

function followed({ file, loadedAt, mistake, nextStart }: ConfigurationState): Html {
  if (mistake !== undefined)
    return html`<p class="bad">What ${file} says does not run. What runs is what it said at ${moment(loadedAt)} UTC.</p>
<pre class="scroll" tabindex="0">${mistake}</pre>`
  return nextStart.length === 0
    ? html``
    : html`<p class="warn">${file} changed ${nextStart.join(', ')}: that counts from the next start on.</p>`
}

/** A heading and its rows, or a word where there are none. Wide tables scroll by themselves, so that the page never does. */
function section({ title, columns, rows, empty }: Table): Html {
  if (rows.length === 0)
    return html`<h2>${title}</h2>
<p class="quiet">${empty}</p>
`
  return html`<h2>${title}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table>
<thead><tr>${columns.map(column => html`<th scope="col" class="${classes(column)}">${column.name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  row => html`<tr>${row.map((cell, at) => html`<td class="${classes(columns[at], cell)}">${cell.text}</td>`)}</tr>
`,
)}</tbody>
</table>
</div>
`
}

const classes = (column?: Column, cell?: Cell): string =>
  [column?.align === 'right' ? 'right' : '', column?.flexible ? 'flexible' : '', cell?.tone ?? '']
    .filter(Boolean)
    .join(' ')
