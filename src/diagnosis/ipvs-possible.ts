import { ipvs } from '../evidence/ipvs/facts.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { Case } from './case.ts'

/**
 * Why IPVS cannot be what leads anybody here; `undefined` where it may be. A kernel that has it shows its sysctls in every
 * network namespace, also in a pod's, which an agent is not needed for.
 */
export function noIpvs(of: Case): string | undefined {
  const tables = of.facts.newest(ipvs, 'node')
  if (tables && tables.value.services.length === 0 && of.facts.newest(kubeProxy, 'node')?.value.mode !== 'ipvs')
    return 'IPVS on the node leads none of these addresses'
  if (tables) return undefined
  if (of.facts.absence(ipvs, 'node')?.startsWith('no IPVS') === true) return 'the node has no IPVS'
  const read = of.facts.newest(sysctl, 'own') ?? of.facts.newest(sysctl, 'node')
  return read && !Object.keys(read.value).some(name => name.startsWith('net.ipv4.vs.'))
    ? 'the kernel has no IPVS: no sysctl of it is there'
    : undefined
}
