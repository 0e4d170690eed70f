import type { KeptVerdict } from '../record/verdicts.ts'
import { met, titleOf } from '../record/tables/verdicts.ts'
import { ago, exposure, moment } from '../record/tables/words.ts'
import { explainPath } from './explain.ts'
import { type Html, html } from './html.ts'

/** A card for each verdict that is open at `at`: what it is, what shows it, what to do. Nothing where none is. */
export function verdictCards(verdicts: readonly KeptVerdict[], at: number): Html {
  const open = verdicts.filter(({ state }) => state === 'open')
  if (open.length === 0) return html``
  return html`<h2>Open verdicts</h2>
${open.map(verdict => card(verdict, at))}`
}

function card(verdict: KeptVerdict, at: number): Html {
  const { name, planned, says, since, lastAt, exposureMs, series, confidence, evidence, ruledOut, missing } = verdict
  const numbers = [
    met(verdict),
    exposureMs === undefined ? '' : `${exposure(exposureMs)} of silence`,
    `since ${moment(since)} UTC`,
    `last ${ago(at - lastAt)} ago`,
  ]
  return html`<article class="verdict ${planned ? 'planned' : 'fault'}">
<h3>${titleOf(verdict)} <span class="badge">${planned ? 'planned, no fault' : confidence.level}</span></h3>
<p>${says}</p>
<p class="quiet">${numbers.filter(Boolean).join(' · ')}</p>
<p class="quiet">${series.join(', ')}</p>
<p><b>${confidence.level}</b>: ${confidence.because}</p>
${part(
  'Evidence',
  evidence.map(line => html`<b>${line.source}</b> <time>${moment(line.at).slice(11)}</time> ${line.says}`),
)}
${part(
  'Ruled out',
  ruledOut.map(({ what, because }) => html`<b>${what}</b> ${because}`),
)}
${part(
  'Missing',
  missing.map(({ what, wouldTell }) => html`<b>${what}</b> would tell ${wouldTell}`),
)}
${remedy(verdict)}
<p><a href="${explainPath(name)}">About ${name}</a></p>
</article>
`
}

function part(title: string, items: readonly Html[]): Html {
  if (items.length === 0) return html``
  return html`<h4>${title}</h4>
<ul>${items.map(item => html`<li>${item}</li>`)}</ul>`
}

function remedy({ remedy: lines }: KeptVerdict): Html {
  if (lines.length === 0) return html``
  return html`<h4>Remedy <button type="button" class="copy">copy</button></h4>
<pre class="scroll" tabindex="0">${lines.join('\n')}</pre>`
}
