import type { Flow } from '../../outcome/flow.ts'
import { isIPv6 } from 'node:net'
import { tupleOf } from '../tuple.ts'

/** What flows ask for. */
export interface Asked {
  readonly proto: Flow['proto']
  readonly address: string
  readonly port: number
}

export type Family = 'ip' | 'ip6'

/** What the flows of one family ask for, each once, and the addresses they come from. */
export interface Wanted {
  readonly services: readonly Asked[]
  readonly sources: ReadonlySet<string>
}

export function wantedOf(flows: readonly Flow[], family: Family): Wanted {
  const services = new Map<string, Asked>()
  const sources = new Set<string>()
  for (const flow of flows) {
    const tuple = tupleOf(flow)
    if (!tuple || familyOf(tuple.dst) !== family) continue
    sources.add(tuple.src)
    services.set(`${flow.proto} ${tuple.dst} ${tuple.dport}`, {
      proto: flow.proto,
      address: tuple.dst,
      port: tuple.dport,
    })
  }
  return { services: [...services.values()], sources }
}

/** IPv4 first; it alone where no flow was asked about. */
export function familiesOf(flows: readonly Flow[]): readonly [Family, ...Family[]] {
  const asked = new Set(flows.flatMap(flow => tupleOf(flow)?.dst ?? []).map(familyOf))
  if (!asked.has('ip6')) return ['ip']
  return asked.has('ip') ? ['ip', 'ip6'] : ['ip6']
}

const familyOf = (address: string): Family => (isIPv6(address) ? 'ip6' : 'ip')
