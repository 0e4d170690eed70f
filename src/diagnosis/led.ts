import { conntrackEntries, type Entry } from '../evidence/conntrack-entries/facts.ts'
import { type Flow, flowKey } from '../outcome/flow.ts'
import { formatAddress } from '../settings/address.ts'
import type { Case } from './case.ts'
import type { Meanwhile } from './rises.ts'

/** Where conntrack on the node leads a flow. */
export interface Led {
  /** Epoch ms of the reading. */
  readonly at: number
  readonly entry: Entry
  /** Who gets its packets, `10.244.2.53:53`: the address it calls itself where nothing is translated. */
  readonly to: string
  readonly isTranslated: boolean
}

/** As it was read meanwhile, oldest first. Nothing where conntrack had no entry, or could not be asked. */
export function ledIn(of: Case, flow: Flow, { from, to }: Meanwhile): readonly Led[] {
  const key = flowKey(flow)
  return of.facts
    .all(conntrackEntries, 'node')
    .filter(({ at }) => at >= from && at <= to)
    .flatMap(({ at, value }) => {
      const entry = value.find(each => each.flow === key)?.entry
      return entry ? [ledBy(entry, at)] : []
    })
}

function ledBy(entry: Entry, at: number): Led {
  const { original, reply } = entry
  return {
    at,
    entry,
    to: formatAddress({ host: reply.src, port: reply.sport }),
    isTranslated: reply.src !== original.dst || reply.sport !== original.dport,
  }
}
