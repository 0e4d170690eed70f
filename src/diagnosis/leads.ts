import { conntrackEntries, type Entry } from '../evidence/conntrack-entries/facts.ts'
import { ipvs } from '../evidence/ipvs/facts.ts'
import { canonical } from '../evidence/tuple.ts'
import { flowKey } from '../outcome/flow.ts'
import type { Attempt } from './attempts.ts'
import type { Case } from './case.ts'
import { hostOf } from './host.ts'
import { perCase } from './per-case.ts'

/** Where the node led an attempt. */
export interface Lead {
  /** Epoch ms of the reading. */
  readonly at: number
  /** The address behind the one that was called, `10.244.2.11`; that very address where nothing was translated. */
  readonly backend: string
  /** Absent where only IPVS tells. */
  readonly entry?: Entry
}

/** The node looks at flows that fail; what it says of one holds for as long as the flow lives. */
export function leadOf(of: Case, { symptom, sentAt }: Attempt): Lead | undefined {
  if (!symptom?.flow) return undefined
  const leads = leadsOf(of).get(flowKey(symptom.flow)) ?? []
  return leads.find(({ at }) => at >= sentAt) ?? leads.at(-1)
}

const leadsOf = perCase((of: Case): ReadonlyMap<string, readonly Lead[]> => {
  const balanced = of.facts.all(ipvs, 'node').flatMap(({ at, value }) =>
    value.connections.flatMap(({ flow, destination }) => {
      const backend = hostOf(destination)
      return backend === undefined ? [] : [{ flow, at, backend }]
    }),
  )
  const known = new Set(balanced.map(({ flow }) => flow))
  const tracked = of.facts.all(conntrackEntries, 'node').flatMap(({ at, value }) =>
    value.flatMap(({ flow, entry }) => {
      // Conntrack sees what IPVS does only where it is told to.
      if (!entry || (known.has(flow) && entry.reply.src === entry.original.dst)) return []
      return [{ flow, at, backend: canonical(entry.reply.src), entry }]
    }),
  )
  return Map.groupBy(
    [...tracked, ...balanced].toSorted((a, b) => a.at - b.at),
    ({ flow }) => flow,
  )
})

/** Leads of flows that are well, too: pinned ports that are answered. */
export const allLeads = (of: Case): ReadonlyMap<string, readonly Lead[]> => leadsOf(of)
