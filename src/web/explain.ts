import { entries, type Entry, entryOf } from '../handbook/entries.ts'
import { type Block, blocksOf, type Run } from '../handbook/markdown.ts'
import { pageOf } from '../handbook/page.ts'
import { type Answer, refusal } from '../http/answer.ts'
import { document } from './document.ts'
import { type Html, html } from './html.ts'

/** Where the page of a verdict is. */
export const explainPath = (name: string): string => `explain?verdict=${encodeURIComponent(name)}`

/** The page of one verdict, or the list of all. */
export function explain(verdict: string | undefined): Answer {
  if (verdict === undefined) return shown('Verdicts', entries.map(listed))
  const entry = entryOf(verdict)
  if (!entry) return refusal(404, `there is no verdict ${JSON.stringify(verdict)}: /explain lists all`)
  const page = pageOf(entry)
  return shown(entry.name, page === undefined ? [html`<p>It has no page yet.</p>`] : blocksOf(page).map(blockHtml))
}

const shown = (heading: string, main: readonly Html[]): Answer =>
  document({
    title: `longhold: ${heading}`,
    heading,
    who: [],
    main: html`<div class="prose">${main}</div>`,
    live: false,
  })

const listed = ({ name, title, family, what }: Entry): Html =>
  html`<p><a href="${explainPath(name)}">${name}</a> ${title} <span class="quiet">${what === 'family' ? 'family' : family}</span></p>
`

/** The parts of a page as markup. Its first heading is that of the document already. */
const parts: { readonly [Type in Block['type']]: (block: Extract<Block, { type: Type }>) => Html } = {
  heading: ({ level, runs }) => (level === 1 ? html`` : html`<h2>${runsHtml(runs)}</h2>`),
  paragraph: ({ runs }) => html`<p>${runsHtml(runs)}</p>`,
  code: ({ text }) => html`<pre class="scroll" tabindex="0">${text}</pre>`,
  list({ ordered, items }) {
    const lines = items.map(item => html`<li>${item.map(blockHtml)}</li>`)
    return ordered ? html`<ol>${lines}</ol>` : html`<ul>${lines}</ul>`
  },
  table: ({ head, rows }) => html`<div class="scroll" tabindex="0"><table>
<thead><tr>${head.map(cell => html`<th scope="col">${runsHtml(cell)}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell => html`<td class="flexible">${runsHtml(cell)}</td>`)}</tr>`)}</tbody>
</table></div>`,
  quote: ({ blocks }) => html`<blockquote>${blocks.map(blockHtml)}</blockquote>`,
  line: () => html`<hr>`,
}

const blockHtml = (block: Block): Html => parts[block.type](block as never) // each part is given its own type

const runsHtml = (runs: readonly Run[]): readonly Html[] => runs.map(runHtml)

function runHtml({ text, style, href }: Run): Html {
  const to = href === undefined ? undefined : targetOf(href)
  const words = style === 'plain' ? html`${text}` : style === 'code' ? html`<code>${text}</code>` : marked(style, text)
  return to === undefined ? words : html`<a href="${to}">${words}</a>`
}

const marked = (style: 'strong' | 'em', text: string): Html =>
  style === 'strong' ? html`<b>${text}</b>` : html`<em>${text}</em>`

/** Other pages of the handbook are here, what is on the web is there, and the rest of the repository is nowhere. */
function targetOf(href: string): string | undefined {
  const name = /^\.\.\/([\w-]+)\/(README\.md)?$/.exec(href)?.[1]
  if (name !== undefined && entryOf(name)) return explainPath(name)
  return /^https?:\/\//.test(href) ? href : undefined
}
