import { isIPv4 } from 'node:net'
import { kubernetes } from '../../evidence/kubernetes/facts.ts'
import { sysctl } from '../../evidence/sysctl/facts.ts'
import type { Case } from '../case.ts'

/**
 * Why the answers did not come over a bridge of the client's own node, past its rules; `undefined` where they may have.
 * `by`: who answered, addresses.
 */
export function notOverBridge(of: Case, by: readonly string[]): string | undefined {
  const read = of.facts.newest(sysctl, 'node')
  const shown = read?.value['net.bridge.bridge-nf-call-iptables']
  if (shown === 1) return 'bridged packets meet the rules: net.bridge.bridge-nf-call-iptables = 1 on the node'
  const homes = by.map(address => nodeOf(of, address))
  const own = of.self?.node
  if (own !== undefined && homes.every(home => home !== undefined && home !== own))
    return `who answered lives on ${[...new Set(homes)].join(', ')}, and the client on ${own}`
  const [mine] = localsOf(of)
  return shown === undefined && mine !== undefined && by.every(each => isFar(each, mine))
    ? `who answered (${by.slice(0, 3).join(', ')}) is in another /24 than the client (${mine}), which is how nodes get their pods’ addresses by default`
    : undefined
}

function nodeOf(of: Case, address: string): string | undefined {
  const met = of.cohorts.flatMap(({ opens }) => [...opens]).findLast(({ peer }) => peer.ip === address)?.peer.node
  const pod = of.facts.newest(kubernetes, 'cluster')?.value.pods.find(each => each.address === address)
  return pod?.node ?? (met === '' ? undefined : met)
}

/** `--node-cidr-mask-size` of kube-controller-manager is 24 unless somebody changed it. */
const isFar = (one: string, other: string): boolean => isIPv4(one) && isIPv4(other) && subnet(one) !== subnet(other)
const subnet = (address: string): string => address.split('.').slice(0, 3).join('.')

const localsOf = (of: Case): readonly string[] =>
  of.misses.flatMap(({ flow }) => (flow ? [flow.local.replace(/:\d+$/, '')] : []))
