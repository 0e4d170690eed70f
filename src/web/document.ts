import { type Answer, text } from '../http/answer.ts'
import { type Html, html } from './html.ts'

interface Document {
  readonly title: string
  readonly heading: string
  /** Under the heading, in small letters. */
  readonly who: readonly (string | undefined)[]
  readonly main: Html
  /** It shows what happens now: it follows the events with a script, and reloads itself without. */
  readonly live: boolean
}

/** A whole page around its main part. */
export function document({ title, heading, who, main, live }: Document): Answer {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="page.css">
${live ? alive : ''}
</head>
<body>
<header>
<h1>${heading}</h1>
<p class="quiet">${who.filter(Boolean).join(' · ')}</p>
${live ? html`<p id="state" role="status"></p>` : ''}
<nav aria-label="Pages">${pages.map(([path, name]) => html`<a href="${path}">${name}</a> `)}</nav>
</header>
<main>
${main}
</main>
<footer><nav aria-label="For programs">${interfaces.map(path => html`<a href="${path}">${path}</a> `)}</nav></footer>
</body>
</html>
`
  return text(markup, 'text/html; charset=utf-8')
}

const alive = html`<noscript><meta http-equiv="refresh" content="5"></noscript>
<script src="uplot.js" defer></script>
<script src="page.js" type="module"></script>`

/** Relative, as every link of these pages: they may be served behind a path prefix. */
const pages = [
  ['./', 'Now'],
  ['connections', 'Connections'],
  ['node', 'Node'],
  ['explain', 'Verdicts'],
] as const
const interfaces = [
  'metrics',
  'api/status',
  'api/verdicts',
  'api/history',
  'api/survival',
  'api/connections',
  'api/ledger',
  'api/events',
  'readyz',
]
