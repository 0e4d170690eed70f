import type { Flow } from '../outcome/flow.ts'
import type { Case } from './case.ts'
import type { CohortHistory, ProbeHistory } from './history.ts'
import { hostOf } from './host.ts'
import { perCase } from './per-case.ts'

export type Hosts = ReadonlySet<string>

type Series = CohortHistory | ProbeHistory

/**
 * Whom each series calls, as far as flows tell: those that fail, and pinned ports. A cohort that never failed calls the
 * Service of another one that meets the same servers; the port modes of a probe call the same address.
 */
export const hostsOf = perCase((of: Case): ReadonlyMap<Series, Hosts> => {
  const told = of.cohorts.map(cohort => ({ cohort, hosts: inFlows(cohort.ends), servers: serversIn(cohort) }))
  const services = told.filter(({ cohort, hosts }) => cohort.of.path === 'service' && hosts.size === 1)
  const held = told.map(({ cohort, hosts, servers }) => {
    const alike = services.filter(
      each => cohort.of.path === 'service' && [...each.servers].some(server => servers.has(server)),
    )
    const inferred = new Set(alike.flatMap(each => [...each.hosts]))
    return [cohort, hosts.size > 0 || inferred.size !== 1 ? hosts : inferred] as const
  })
  const asked = [...Map.groupBy(of.probes, nameOf).values()].flatMap(modes => {
    const hosts = new Set(modes.flatMap(({ asks }) => [...inFlows(asks)]))
    return modes.map(probe => [probe, hosts] as const)
  })
  return new Map<Series, Hosts>([...held, ...asked])
})

const nameOf = ({ of: { kind, probe, server } }: ProbeHistory): string => `${kind} ${probe} ${server}`

const inFlows = (seen: Iterable<{ readonly flow?: Flow }>): Hosts =>
  new Set([...seen].flatMap(({ flow }) => hostOf(flow?.remote) ?? []))

const serversIn = ({ opens }: CohortHistory): ReadonlySet<string> =>
  new Set([...opens].map(({ peer }) => peer.instance))
