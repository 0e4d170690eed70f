import type { Clock } from '../clock.ts'
import type { Answer } from '../http/answer.ts'
import type { ConnectionRow } from '../probes/kind.ts'
import { keepaliveText } from '../record/tables/options.ts'
import { ago } from '../record/tables/words.ts'
import { accountList } from './accounts.ts'
import { connectionPath, endTone, endWords, lasting, tcpCell } from './connection-words.ts'
import { document } from './document.ts'
import { type Html, html } from './html.ts'
import { cohortNames, listing, pageOf, type Wanted, wordsOf } from './listing.ts'
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
  const { found, more } = await pageOf(source.connections(), matching(wanted), wanted)
  return listing({
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
  })
}

/** Looks at what is at hand first; a socket is asked for its addresses only by a word that may be part of one. */
export function matching({ filter, cohort, state }: Pick<Wanted, 'filter' | 'cohort' | 'state'>) {
  const words = wordsOf(filter)
  return (row: ConnectionRow): boolean => {
    if (cohort !== '' && row.cohort !== cohort) return false
    if (state !== '' && row.state !== state) return false
    if (words.length === 0) return true
    const { id, kind, path, server, failed, lastEnd } = row
    const said = `${id} ${kind}/${row.cohort} ${path} ${server} ${row.state} ${failed?.fate ?? ''} ${lastEnd?.fate ?? ''} ${lastEnd?.id ?? ''}`
    const atHand = said.toLowerCase()
    return words.every(word => atHand.includes(word) || (mayBeAddress.test(word) && isAt(row, word)))
  }
}

const mayBeAddress = /^[\d.:[\]a-f%]+$/

function isAt(row: ConnectionRow, word: string): boolean {
  const { local, remote } = row.addresses()
  return local.includes(word) || remote.includes(word)
}

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

function written(row: ConnectionRow, now: number): Html {
  const { id, kind, cohort, path, server, state, openedAt, lastEnd } = row
  const kernel = row.kernel()
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
export function silence({ state, idleMs, nextMs, failed }: ConnectionRow): string {
  const next = lasting(nextMs)
  if (state === 'idle') return `${lasting(idleMs)}, next in ${next}`
  if (state === 'waiting') return `${failed ? `${failed.fate} (${failed.code}), ` : ''}tries again in ${next}`
  return `${state === 'exchange' ? 'answer' : 'hello'} due in ${next}`
}

function lastFate(end: NonNullable<ConnectionRow['lastEnd']>, now: number): Html {
  const words = `${endWords(end)}, ${ago(now - end.at)} ago`
  const shown = html`<span class="${endTone(end)}">${words}</span>`
  return end.id === undefined ? shown : html`<a href="${connectionPath(end.id)}">${shown}</a>`
}
