import type { Paging } from '../probes/paging.ts'
import type { Snapshot } from '../record/snapshot.ts'
import { type Html, html } from './html.ts'

/** What somebody wants to see of a long list. An empty word says nothing. */
export interface Wanted extends Paging {
  readonly filter: string
  readonly cohort: string
  readonly state: string
}

export const usualLimit = 100

/** Cohorts of one side, each name once, as they can be chosen from. */
export const cohortNames = ({ cohorts }: Snapshot, side: 'client' | 'server'): readonly string[] =>
  [...new Set(cohorts.filter(each => each.side === side).map(({ cohort }) => cohort))].toSorted()

interface Listed {
  /** Of the list, for those who hear it. */
  readonly title: string
  readonly wanted: Wanted
  /** What can be chosen. */
  readonly cohorts: readonly string[]
  readonly states: readonly string[]
  /** What the filter looks at. */
  readonly hint: string
  readonly columns: readonly { readonly name: string; readonly className?: string }[]
  readonly rows: readonly Html[]
  readonly more: boolean
  /** What there would be, such as `connection`. */
  readonly what: string
  /** Why there is nothing, where nothing was filtered out. */
  readonly empty: string
}

/** A form, the rows, and the way to the rows before and after: all of it plain links, for who has no script. */
export function listing({ title, wanted, cohorts, states, hint, columns, rows, more, what, empty }: Listed): Html {
  const { filter, cohort, state, offset, limit } = wanted
  return html`<form class="filter" action="connections" method="get" role="search">
<label>Filter <input type="search" name="filter" value="${filter}" maxlength="200" placeholder="${hint}"></label>
<label>Cohort ${choices('cohort', withChosen(cohorts, cohort), cohort)}</label>
<label>State ${choices('state', states, state)}</label>
${limit === usualLimit ? '' : html`<input type="hidden" name="limit" value="${limit}">`}
<button>Show</button>
</form>
${
  rows.length === 0
    ? html`<p class="quiet">${nothing(wanted, what, empty)}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table class="dense">
<thead><tr>${columns.map(({ name, className = '' }) => html`<th scope="col" class="${className}">${name}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>`
}
${pager(wanted, { from: offset + 1, to: offset + rows.length, more })}`
}

function nothing({ filter, cohort, state, offset }: Wanted, what: string, empty: string): string {
  if (offset > 0) return `There is no ${what} beyond row ${offset}.`
  const asked = [filter && `“${filter}”`, cohort && `cohort ${cohort}`, state && `state ${state}`].filter(Boolean)
  return asked.length === 0 ? empty : `No ${what} matches ${asked.join(', ')}.`
}

function pager(wanted: Wanted, { from, to, more }: { from: number; to: number; more: boolean }): Html {
  const { offset, limit } = wanted
  return html`<p class="pager">${from > to ? '' : `rows ${from} to ${to}`}
${offset > 0 ? html`<a rel="prev" href="${linkTo({ ...wanted, offset: Math.max(0, offset - limit) })}">previous</a>` : ''}
${more ? html`<a rel="next" href="${linkTo({ ...wanted, offset: offset + limit })}">next</a>` : ''}</p>`
}

function linkTo({ filter, cohort, state, offset, limit }: Wanted): string {
  const said = { filter, cohort, state, offset: offset || '', limit: limit === usualLimit ? '' : limit }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(said)) if (value !== '') query.set(name, String(value))
  return `connections?${query.toString()}`
}

const choices = (name: string, words: readonly string[], chosen: string): Html =>
  html`<select name="${name}"><option value="">all</option>${words.map(
    word => html`<option${word === chosen ? html` selected` : ''}>${word}</option>`,
  )}</select>`

const withChosen = (words: readonly string[], chosen: string): readonly string[] =>
  chosen === '' || words.includes(chosen) ? words : [chosen, ...words]
