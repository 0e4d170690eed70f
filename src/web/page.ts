import type { Clock } from '../clock.ts'
import type { Answer } from '../http/answer.ts'
import type { Snapshot } from '../record/snapshot.ts'
import { span } from '../record/tables/words.ts'
import { type Cell, type Column, type Table, tables } from '../record/tables.ts'
import { document } from './document.ts'
import { type Html, html } from './html.ts'
import type { WebSource } from './source.ts'
import { verdictCards } from './verdict-cards.ts'

/** The first page: what is wrong, then the tables of the terminal. */
export function page(source: WebSource, clock: Clock): Answer {
  const snapshot = source.snapshot()
  const who = snapshot.run?.identity
  return document({
    title: `longhold ${source.command}${who ? ` on ${who.pod}` : ''}`,
    heading: `longhold ${source.command}`,
    who: [source.version, who?.pod, who?.node],
    main: html`${condition(source, clock)}
${verdictCards(snapshot.verdicts, clock.now())}
${below(snapshot).map(section)}`,
    live: true,
  })
}

/** What is open has its cards already. */
function below(snapshot: Snapshot): readonly Table[] {
  const closed = snapshot.verdicts.filter(({ state }) => state === 'closed')
  const all = tables({ ...snapshot, verdicts: closed })
  return closed.length < snapshot.verdicts.length && closed.length === 0 ? all.slice(1) : all
}

function condition(source: WebSource, clock: Clock): Html {
  const { ready, parts } = source.ready()
  const waiting = parts.filter(part => !part.ready).map(({ name }) => name)
  const { p99, max } = source.noise().loopDelayMs
  const journal = source.journal?.()
  return html`<p>${ready ? html`<b class="good">ready</b>` : html`<b class="bad">not ready: ${waiting.join(', ')}</b>`},
up ${span(Math.ceil(clock.steady() / 1000) * 1000)}.
Event loop late by ${span(p99)} at p99, ${span(max)} at most.</p>
${journal?.stopped === undefined ? '' : html`<p class="bad">The journal stopped: ${journal.stopped}</p>`}`
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
