import type { Clock } from '../clock.ts'
import type { Answer } from '../http/answer.ts'
import type { ListedRow } from '../probes/listed.ts'
import { keepaliveText } from '../record/tables/options.ts'
import { ago } from '../record/tables/words.ts'
import { accountList } from './accounts.ts'
import { connectionPath, endTone, endWords, lasting, tcpCell } from './connection-words.ts'
import { document } from './document.ts'
import { type Html, html } from './html.ts'
import { cohortNames, listing, type Wanted } from './listing.ts'
import type { WebSource } from './source.ts'

/** Where a held connection may be. */
export const heldStates = ['idle', 'exchange', 'connecting', 'waiting'] as const

/** The connections this process holds; of a server, which holds none itself, those it answers. */
export async function connections(source: WebSource, clock: Clock, wanted: Wanted): Promise<Answer> {
  const { command, version, identity, ledger } = source
  return document({
    title: `longhold connections: ${command} on ${identity.pod}`,
    heading: 'Connections',
    who: [`longhold ${command}`, version, identity.pod, identity.node],
    main:
      command === 'server' && ledger
        ? await accountList(ledger, source, clock, wanted)
        : await held(source, clock, wanted),
    live: false,
  })
}

async function held(source: WebSource, clock: Clock, wanted: Wanted): Promise<Html> {
  const { found, more, missing } = await source.connections(wanted)
  return html`${
    missing > 0
      ? html`<p class="warn">${unheard(missing)}</p>
`
      : ''
  }${listing({
    title: 'Connections',
    wanted,
    cohorts: cohortNames(source.snapshot(), 'client'),
    states: heldStates,
    hint: 'id, cohort, backend, address, fate',
    columns,
    rows: found.map(row => written(row, clock.now())),
    more,
    what: 'connection',
    empty: 'This process holds no connection: none of its probes is of a kind that does.',
  })}`
}

/** Said where connections are not on the list that should be. */
const unheard = (missing: number): string =>
  `${missing === 1 ? 'One process' : `${missing} processes`} of this client did not answer in time: what ${missing === 1 ? 'it holds' : 'they hold'} is not listed.`

const columns = [
  { name: 'Id' },
  { name: 'Cohort', className: 'flexible' },
  { name: 'Path' },
  { name: 'Backend', className: 'flexible' },
  { name: 'State' },
  { name: 'Age', className: 'right' },
  { name: 'Silence', className: 'flexible' },
  { name: 'Keepalive' },
  { name: 'TCP', className: 'flexible' },
  { name: 'Last fate here', className: 'flexible' },
]

function written(row: ListedRow, now: number): Html {
  const { id, kind, cohort, path, server, state, openedAt, lastEnd, kernel } = row
  const tcp = tcpCell(kernel?.tcpInfo)
  return html`<tr><td>${linked(id)}</td>
<td class="flexible">${cohort} <span class="quiet">${kind}</span></td><td>${path}</td>
<td class="flexible">${server || dash}</td>
<td class="${state === 'waiting' || state === 'connecting' ? 'warn' : ''}">${state}</td>
<td class="right">${openedAt > 0 ? lasting(now - openedAt) : dash}</td>
<td class="flexible">${silence(row)}</td>
<td>${kernel ? keepaliveText(kernel.options) : dash}</td>
<td class="flexible ${tcp.tone ?? ''}">${tcp.text}</td>
<td class="flexible">${lastEnd ? lastFate(lastEnd, now) : dash}</td></tr>
`
}

const dash = html`<span class="dim">-</span>`

const linked = (id: string): Html => (id === '' ? dash : html`<a href="${connectionPath(id)}">${id}</a>`)

/** What it waits for, and how long still. */
export function silence({ state, idleMs, nextMs, failed }: ListedRow): string {
  const next = lasting(nextMs)
  if (state === 'idle') return `${lasting(idleMs)}, next in ${next}`
  if (state === 'waiting') return `${failed ? `${failed.fate} (${failed.code}), ` : ''}tries again in ${next}`
  return `${state === 'exchange' ? 'answer' : 'hello'} due in ${next}`
}

function lastFate(end: NonNullable<ListedRow['lastEnd']>, now: number): Html {
  const words = `${endWords(end)}, ${ago(now - end.at)} ago`
  const shown = html`<span class="${endTone(end)}">${words}</span>`
  return end.id === undefined ? shown : html`<a href="${connectionPath(end.id)}">${shown}</a>`
}
