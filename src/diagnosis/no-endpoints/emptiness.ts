import { ipvs } from '../../evidence/ipvs/facts.ts'
import { kubernetes } from '../../evidence/kubernetes/facts.ts'
import { natRules } from '../../evidence/nat-rules/facts.ts'
import { canonical } from '../../evidence/tuple.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import { parseAddress } from '../../settings/address.ts'
import type { Case } from '../case.ts'
import type { Meanwhile } from '../rises.ts'
import { knownBy, type Shut } from '../shut.ts'

/** Who says that a Service has no backend, and how. */
export interface Emptiness extends EvidenceLine {
  readonly by: 'rules' | 'ipvs' | 'cluster'
  /** `10.96.22.22:7000` */
  readonly called: string
}

/** Examinations come so long after a fault, ms. */
const patienceMs = 2000

/** What was read while nothing new got through. */
export function emptinessIn(of: Case, shut: Shut): readonly Emptiness[] {
  const meanwhile = { from: shut.from, to: knownBy(shut) + patienceMs }
  const called = new Map(
    shut.bad.flatMap(({ proto, symptom }) =>
      symptom?.flow ? [[`${proto} ${symptom.flow.remote}`, { proto, remote: symptom.flow.remote }]] : [],
    ),
  )
  return [...called.values()].flatMap(each => [
    ...ruled(of, each, meanwhile),
    ...balanced(of, each, meanwhile),
    ...clustered(of, each, meanwhile),
  ])
}

interface Called {
  readonly proto: 'tcp' | 'udp'
  readonly remote: string
}

function ruled(of: Case, called: Called, meanwhile: Meanwhile): Emptiness[] {
  return of.facts.all(natRules, 'node').flatMap(({ at, value }): Emptiness[] => {
    const service = isIn(at, meanwhile) ? value.services.find(isAt(called)) : undefined
    if (!service?.refuses || (service.backends?.length ?? 0) > 0) return []
    const how = service.refusal === 'drop' ? 'dropped' : 'rejected'
    return [
      {
        by: 'rules',
        called: called.remote,
        source: 'node nat-rules',
        at,
        says: `${called.remote} has no backend, and is ${how}`,
      },
    ]
  })
}

function balanced(of: Case, called: Called, meanwhile: Meanwhile): Emptiness[] {
  return of.facts.all(ipvs, 'node').flatMap(({ at, value }): Emptiness[] => {
    const service = isIn(at, meanwhile) ? value.services.find(isAt(called)) : undefined
    if (!service || service.more !== undefined || service.destinations.some(({ weight }) => weight > 0)) return []
    const says =
      service.destinations.length === 0
        ? `${called.remote} has no real server`
        : `every real server of ${called.remote} has weight 0`
    return [{ by: 'ipvs', called: called.remote, source: 'node ipvs', at, says }]
  })
}

function clustered(of: Case, called: Called, meanwhile: Meanwhile): Emptiness[] {
  return of.facts.all(kubernetes, 'cluster').flatMap(({ at, value }): Emptiness[] => {
    const isFresh = value.staleSince === undefined && isIn(at, meanwhile)
    const service = isFresh ? value.services.find(isAt(called)) : undefined
    if (!service?.endpoints || service.endpoints.length !== service.endpointCount) return []
    if (service.endpoints.some(({ ready, serving }) => ready || serving)) return []
    const says = `Service ${service.name} has ${service.endpointCount} endpoints, none of them ready`
    return [{ by: 'cluster', called: called.remote, source: 'cluster kubernetes', at, says }]
  })
}

function isAt({ proto, remote }: Called) {
  const address = parseAddress(remote, 0)
  return (service: { readonly proto: string; readonly address: string; readonly port: number }): boolean =>
    address !== undefined &&
    service.proto === proto &&
    canonical(service.address) === canonical(address.host) &&
    service.port === address.port
}

const isIn = (at: number, { from, to }: Meanwhile): boolean => at >= from && at <= to
