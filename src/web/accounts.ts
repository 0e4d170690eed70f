import type { Clock } from '../clock.ts'
import type { Account, Ledger } from '../ledger/ledger.ts'
import { wordsOf } from '../probes/listed.ts'
import { pageOf } from '../probes/paging.ts'
import { count } from '../record/tables/words.ts'
import { connectionPath, endTone, endWords, lasting } from './connection-words.ts'
import { type Html, html } from './html.ts'
import { cohortNames, listing, type Wanted } from './listing.ts'
import type { WebSource } from './source.ts'

/** How a server sees a connection. */
export const accountStates = ['open', 'overdue', 'ended'] as const

/** What a server knows of the connections it answers: open ones by age, then ended ones, the newest first. */
export async function accountList(ledger: Ledger, source: WebSource, clock: Clock, wanted: Wanted): Promise<Html> {
  const { found, more } = await pageOf(ledger.accounts(), matching(wanted), wanted)
  return listing({
    title: 'Connections',
    wanted,
    cohorts: cohortNames(source.snapshot(), 'server'),
    states: accountStates,
    hint: 'id, cohort, client, address, fate',
    columns,
    rows: found.map(account => written(account, clock.now())),
    more,
    what: 'connection',
    empty: 'No client has come to this server yet.',
  })
}

function matching({ filter, cohort, state }: Wanted) {
  const words = wordsOf(filter)
  return (account: Account): boolean => {
    if (cohort !== '' && account.cohort !== cohort) return false
    if (state !== '' && account.state !== state) return false
    if (words.length === 0) return true
    const { id, kind, path, client, remote, ending } = account
    const said = `${id} ${kind}/${account.cohort} ${path} ${client.pod} ${remote} ${account.state} ${ending?.fate ?? ''}`
    const atHand = said.toLowerCase()
    return words.every(word => atHand.includes(word))
  }
}

const columns = [
  { name: 'Id' },
  { name: 'Cohort', className: 'flexible' },
  { name: 'Path' },
  { name: 'Client', className: 'flexible' },
  { name: 'Comes from' },
  { name: 'State' },
  { name: 'Age', className: 'right' },
  { name: 'Last byte', className: 'right' },
  { name: 'Exch.', className: 'right' },
  { name: 'Bytes in', className: 'right' },
  { name: 'Out', className: 'right' },
  { name: 'Ending', className: 'flexible' },
]

const tones = { open: '', overdue: 'warn', ended: 'dim' } as const

function written(account: Account, now: number): Html {
  const { id, kind, cohort, path, client, remote, openedAt, lastAt, exchanges, bytesIn, bytesOut, state, ending } =
    account
  return html`<tr><td><a href="${connectionPath(id)}">${id}</a></td>
<td class="flexible">${cohort} <span class="quiet">${kind}</span></td><td>${path}</td>
<td class="flexible">${client.pod}</td><td>${remote}</td>
<td class="${tones[state]}">${state}</td>
<td class="right">${lasting((ending?.at ?? now) - openedAt)}</td>
<td class="right">${lasting(now - lastAt)} ago</td>
<td class="right">${count(exchanges)}</td><td class="right">${count(bytesIn)}</td><td class="right">${count(bytesOut)}</td>
<td class="flexible">${
    ending
      ? html`<span class="${endTone(ending)}">${endWords(ending)}</span> <span class="quiet">${ending.code}</span>`
      : html`<span class="dim">-</span>`
  }</td></tr>
`
}
