import { type Change, kubernetes, type ServiceFact } from '../../evidence/kubernetes/facts.ts'
import { canonical } from '../../evidence/tuple.ts'
import type { Case } from '../case.ts'
import type { Meanwhile } from '../rises.ts'
import { isAt } from '../served.ts'

/** An endpoint of the Service that is on its way out. */
export interface Leaving {
  /** `kube-system/coredns-abc`; its address where it is no pod. */
  readonly who: string
  /** The first that the cluster said of it, `endpoint-terminating`, and when that was heard, epoch ms. */
  readonly what: string
  readonly at: number
  /** What is sent then may still be led to it, although it does not answer any more. */
  readonly spells: readonly Meanwhile[]
}

/** Whom an address leads to, by the cluster's word. */
export interface Members {
  readonly service: ServiceFact
  /** When that was read, epoch ms. */
  readonly at: number
  readonly leaving: readonly Leaving[]
}

/** The cluster's clock, its watch and our own pace are told apart no better than this, ms. */
const earlyMs = 1000
/** Who is told to end has 30 s, as pods come, and nodes as much again to hear of it; who is gone is led past within a sync of kube-proxy, ms. */
const lastsMs: Readonly<Partial<Record<Change['what'], number>>> = {
  'endpoint-terminating': 60_000,
  'pod-terminating': 60_000,
  'endpoint-removed': 10_000,
  'pod-gone': 10_000,
}

/** Who is behind what was called over UDP; `undefined` where the cluster does not tell of all of them. */
export function membersOf(of: Case, called: string): Members | undefined {
  const readings = of.facts.all(kubernetes, 'cluster').flatMap(({ at, value: { services, changes } }) => {
    const service = services.find(isAt({ proto: 'udp', remote: called }))
    return service?.endpoints && service.endpoints.length === service.endpointCount ? [{ at, service, changes }] : []
  })
  const last = readings.at(-1)
  if (!last) return undefined
  // Who is removed stands in no list any more, but in those that were read before.
  const known = new Map(
    readings.flatMap(({ service }) =>
      (service.endpoints ?? []).map(each => [canonical(each.address), each.pod ?? each.address] as const),
    ),
  )
  const changes = readings.flatMap(reading => reading.changes).toSorted((a, b) => a.at - b.at)
  const leaving = [...known].flatMap(([host, who]) => {
    const theirs = changes.filter(({ address }) => address !== undefined && canonical(address) === host)
    const [first] = theirs.filter(each => spellOf(each) !== undefined)
    return first ? [{ who, what: first.what, at: first.at, spells: theirs.flatMap(each => spellOf(each) ?? []) }] : []
  })
  return { service: last.service, at: last.at, leaving }
}

/** When what happened may cost answers. */
function spellOf({ what, at, after = at }: Change): Meanwhile | undefined {
  const lasts = lastsMs[what]
  return lasts === undefined ? undefined : { from: after - earlyMs, to: at + lasts }
}
