import type { KeptVerdict } from '../record/verdicts.ts'
import { met, titleOf } from '../record/tables/verdicts.ts'
import { ago, exposure, moment } from '../record/tables/words.ts'
import { entryOf } from '../handbook/entries.ts'
import { explainPath } from './explain.ts'
import { type Html, html } from './html.ts'

/** A card for each verdict that is open at `at`: what it is, what shows it, what to do. Nothing where none is. */
export function verdictCards(verdicts: readonly KeptVerdict[], at: number): Html {
  const open = verdicts.filter(({ state }) => state === 'open')
  if (open.length === 0) return html``
  return html`<h2>Open verdicts</h2>
${open.map(verdict => card(verdict, at))}`
}

/** In plain words, where its page has some. */
export const plainTitle = ({ name }: Pick<KeptVerdict, 'name'>): string => entryOf(name)?.title ?? name

function card(verdict: KeptVerdict, at: number): Html {
  const { name, planned, says, since, lastAt, exposureMs, series, confidence, evidence, ruledOut, missing } = verdict
  const numbers = [
    met(verdict),
    exposureMs === undefined ? '' : `${exposure(exposureMs)} of silence`,
    `since ${moment(since)} UTC`,
    `last ${ago(at - lastAt)} ago`,
  ]
  return html`<article class="verdict ${planned ? 'planned' : 'fault'}">
<h3>${plainTitle(verdict)} <span class="badge">${planned ? 'planned, no fault' : confidence.level}</span> <a class="name" href="${explainPath(name)}">${titleOf(verdict)}</a></h3>
<p>${says}</p>
<p class="quiet">${numbers.filter(Boolean).join(' · ')}</p>
<p class="quiet">${series.join(', ')}</p>
<div class="halves">
<div>${remedy(verdict)}
${part(
  'Missing',
  missing.map(({ what, wouldTell }) => html`<b>${what}</b> would tell ${wouldTell}`),
)}</div>
<div>${part(
    'Evidence',
    evidence.map(line => html`<b>${line.source}</b> <time>${moment(line.at).slice(11)}</time> ${line.says}`),
  )}
<p><b>${confidence.level}</b>: ${confidence.because}</p>
${ruledOut.length === 0 ? '' : html`<details><summary>Ruled out: ${ruledOut.length}</summary><ul>${ruledOut.map(({ what, because }) => html`<li><b>${what}</b> ${because}</li>`)}</ul></details>`}</div>
</div>
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
