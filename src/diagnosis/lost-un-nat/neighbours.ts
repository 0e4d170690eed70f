import { isIPv4 } from 'node:net'
import { kubernetes } from '../../evidence/kubernetes/facts.ts'
import { sysctl } from '../../evidence/sysctl/facts.ts'
import type { Case } from '../case.ts'
import type { Meanwhile } from '../rises.ts'

/**
 * Why the answers did not come over a bridge of the client's own node, past its rules; `undefined` where they may have.
 * `by`: who answered then, addresses.
 */
export function notOverBridge(of: Case, by: readonly string[], meanwhile: Meanwhile): string | undefined {
  const shown = bridgeShown(of, meanwhile)
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

/** Whether bridged packets met the rules then: 0 as soon as they once did not; a switch turned back since says nothing. */
export function bridgeShown(of: Case, { from, to }: Meanwhile): number | undefined {
  const all = of.facts.all(sysctl, 'node').flatMap(({ at, value }) => {
    const shown = value['net.bridge.bridge-nf-call-iptables']
    return typeof shown === 'number' ? [{ at, shown }] : []
  })
  const then = all.filter(({ at }) => at >= from && at <= to)
  const around = [all.findLast(({ at }) => at < from), all.find(({ at }) => at > to)].flatMap(each => each ?? [])
  const counted = (then.length > 0 ? then : around).map(({ shown }) => shown)
  return counted.length > 0 ? Math.min(...counted) : undefined
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
