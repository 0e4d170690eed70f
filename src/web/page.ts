import type { Clock } from '../clock.ts'
import { span } from '../record/tables/words.ts'
import { type Cell, type Column, type Table, tables } from '../record/tables.ts'
import { type Answer, text } from '../http/answer.ts'
import { type Html, html } from './html.ts'
import type { WebSource } from './source.ts'

/** The first page: the tables of the terminal. Reloads itself without a script; with one, only its main part changes. */
export function page(source: WebSource, clock: Clock): Answer {
  const snapshot = source.snapshot()
  const who = snapshot.run?.identity
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>longhold ${source.command}${who ? ` on ${who.pod}` : ''}</title>
<link rel="stylesheet" href="/page.css">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<script src="/page.js" defer></script>
</head>
<body>
<header>
<h1>longhold ${source.command}</h1>
<p class="quiet">${[source.version, who?.pod, who?.node].filter(Boolean).join(' · ')}</p>
<p class="quiet" id="state"></p>
</header>
<main>
${condition(source, clock)}
${tables(snapshot).map(section)}
</main>
<nav>${links.map(path => html`<a href="${path}">${path}</a> `)}</nav>
</body>
</html>
`
  return text(markup, 'text/html; charset=utf-8')
}

const links = ['/metrics', '/api/status', '/api/connections', '/api/ledger', '/api/events', '/readyz']

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
