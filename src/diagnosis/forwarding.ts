import { netstat } from '../evidence/netstat/facts.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import { netstatRise } from './rises.ts'
import type { Meanwhile } from './rises.ts'

/** What the node says of passing packets on. */
export interface Forwarding extends EvidenceLine {
  /** The sysctl that has to be set; absent where it forwards. */
  readonly off?: string
}

/** At each look; nothing where the node was not asked. */
export const forwardingOf = (of: Case): readonly Forwarding[] =>
  of.facts.all(sysctl, 'node').flatMap(({ at, value }): Forwarding[] => {
    const source = 'node sysctl'
    if (value[everywhere] === 0) return [{ at, source, off: everywhere, says: `${everywhere} = 0` }]
    if (value[everywhere] !== 1) return []
    const closed = Object.entries(value).flatMap(([name, set]) => (set === 0 && ofInterface.test(name) ? [name] : []))
    const [first] = closed
    return [
      first === undefined
        ? { at, source, says: `${everywhere} = 1` }
        : { at, source, off: first, says: closed.map(name => `${name} = 0`).join(', ') },
    ]
  })

/**
 * Our network is the node's: we send nothing that it would have to pass on. A pod's has other interfaces than its node, which has
 * the other end of the pod's among its own.
 */
export function isNodesNetwork(of: Case): boolean {
  const [own, node] = (['own', 'node'] as const).map(scope => interfacesIn(of.facts.newest(sysctl, scope)?.value ?? {}))
  return own !== undefined && own !== '' && own === node
}

const interfacesIn = (value: object): string =>
  Object.keys(value)
    .filter(name => name.startsWith('net.ipv4.conf.') && name.endsWith('.forwarding'))
    .toSorted()
    .join()

const everywhere = 'net.ipv4.ip_forward'
const ofInterface = /^net\.ipv4\.conf\.(?!all\.|default\.|lo\.).+\.forwarding$/

/** Packets that the node should have passed on and did not, by the only counter that has them. */
export interface Stranded extends EvidenceLine {
  readonly by: number
}

export function strandedIn(of: Case, meanwhile: Meanwhile): Stranded | undefined {
  const rise = netstatRise(of, 'node', stranded, meanwhile)
  return rise && rise.by > 0
    ? {
        by: rise.by,
        source: 'node netstat',
        at: rise.at,
        says: `${stranded} rose by ${rise.by}: packets that were to be passed on, and were not`,
      }
    : undefined
}

/** Nothing is stranded, and forwarding is on: whatever swallows packets is not this. */
export function forwards(of: Case, meanwhile: Meanwhile): boolean {
  const looks = forwardingOf(of).filter(({ at }) => at >= meanwhile.from)
  const known = of.facts.all(netstat, 'node').length > 0
  return looks.length > 0 && looks.every(({ off }) => off === undefined) && known && !strandedIn(of, meanwhile)
}

const stranded = 'Ip.InAddrErrors'
