import { conntrackEvents } from '../evidence/conntrack-events/facts.ts'
import { ipvs, type VirtualService } from '../evidence/ipvs/facts.ts'
import { kubernetes } from '../evidence/kubernetes/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { canonical } from '../evidence/tuple.ts'
import { type Address, formatAddress, parseAddress } from '../settings/address.ts'
import type { Case } from './case.ts'
import type { Loss } from './losses.ts'

/** Who leads what the client calls to a server, as the node has it. `nobody`: the node knows no Service of that address. */
export interface Translator {
  readonly by: 'rules' | 'ipvs' | 'nobody'
  /** What the client calls, as `10.96.22.22:7000`. */
  readonly called: string
  /** Epoch ms of the reading, and where it was read. */
  readonly at: number
  readonly source: string
  /** `10.244.2.11:7000` */
  readonly backends: readonly string[]
  readonly service?: VirtualService
}

/** `undefined` where the node was not asked, and where the losses' addresses are led by different ways. */
export function translatorOf(of: Case, losses: readonly Loss[]): Translator | undefined {
  const called = new Set(losses.flatMap(({ death }) => death.flow?.remote ?? []))
  const [first, ...others] = [...called].map(remote => asRead(of, remote) ?? asTracked(of, remote))
  return others.every(other => other?.by === first?.by) ? first : undefined
}

/** As the tables of the node have it. */
function asRead(of: Case, called: string): Translator | undefined {
  const address = parseAddress(called, 0)
  if (!address) return undefined
  const [virtual, rules] = [of.facts.newest(ipvs, 'node'), of.facts.newest(natRules, 'node')]
  const service = virtual?.value.services.find(isAt(address))
  if (virtual && service) {
    const backends = service.destinations.map(({ address, port }) => formatAddress({ host: address, port }))
    return { by: 'ipvs', called, at: virtual.at, source: 'node ipvs', backends, service }
  }
  const ruled = rules?.value.services.find(isAt(address))
  if (!rules || !(ruled || virtual || isWithoutIpvs(of))) return undefined
  const read = { called, at: rules.at, source: 'node nat-rules', backends: ruled?.backends ?? [] }
  return { ...read, by: ruled ? 'rules' : 'nobody' }
}

/** As conntrack led such flows, where nobody could read the rules, and no IPVS is there to have done it. */
function asTracked(of: Case, called: string): Translator | undefined {
  const host = canonical(parseAddress(called, 0)?.host ?? '')
  const read = of.facts.newest(conntrackEvents, 'node')
  const led = read?.value.events.filter(({ entry }) => canonical(entry.original.dst) === host) ?? []
  const backends = led.flatMap(({ entry: { reply } }) =>
    canonical(reply.src) === host ? [] : formatAddress({ host: reply.src, port: reply.sport }),
  )
  if (!read || backends.length === 0 || !isWithoutIpvs(of)) return undefined
  return { by: 'rules', called, at: read.at, source: 'node conntrack-events', backends: [...new Set(backends)] }
}

/** Some reading found that this node has no IPVS at all. */
export const isWithoutIpvs = (of: Case): boolean => of.facts.absence(ipvs, 'node')?.startsWith('no IPVS') ?? false

const isAt =
  ({ host, port }: Address) =>
  (service: { readonly proto: string; readonly address: string; readonly port: number }): boolean =>
    service.proto === 'tcp' && canonical(service.address) === canonical(host) && service.port === port

/** How many backends there are, from whoever knows all of them. */
export function knownBackends(
  of: Case,
  { called, backends }: Pick<Translator, 'called' | 'backends'>,
): number | undefined {
  if (backends.length > 0) return backends.length
  const address = parseAddress(called, 0)
  const service = address && of.facts.newest(kubernetes, 'cluster')?.value.services.find(isAt(address))
  return service?.endpoints?.filter(({ ready }) => ready).length
}
