import type { Memory } from '../scenario.ts'
import type { Mode } from '../seen/incident.ts'
import { nodes } from './places.ts'
import { runOn } from './processes.ts'

/** Sets how long nodes, and the gateway, remember what they have not heard of. */
export async function remembers(mode: Mode, { tcp, udp, gateway, ipvsTcp, ipvsUdp }: Memory): Promise<void> {
  const sysctls = [
    ...(tcp === undefined ? [] : [established(tcp)]),
    ...(udp === undefined ? [] : [`${prefix}udp_timeout=${udp}`, `${prefix}udp_timeout_stream=${udp}`]),
  ]
  for (const node of Object.keys(nodes)) {
    if (sysctls.length > 0) await runOn(node, ['sysctl', '-qw', ...sysctls])
    if (mode === 'ipvs' && (ipvsTcp ?? ipvsUdp) !== undefined)
      await runOn(node, ['ipvsadm', '--set', String(ipvsTcp ?? 0), '0', String(ipvsUdp ?? 0)])
  }
  if (gateway !== undefined) await runOn('gateway', ['sysctl', '-qw', established(gateway)])
}

const prefix = 'net.netfilter.nf_conntrack_'
const established = (seconds: number) => `${prefix}tcp_timeout_established=${seconds}`

/** The same in words. */
export function memoryWords({ tcp, udp, gateway, ipvsTcp, ipvsUdp }: Memory): string {
  const words = {
    'conntrack TCP': tcp,
    'conntrack UDP': udp,
    'IPVS TCP': ipvsTcp,
    'IPVS UDP': ipvsUdp,
    'the gateway’s TCP': gateway,
  }
  return Object.entries(words)
    .filter(([, seconds]) => seconds !== undefined)
    .map(([name, seconds]) => `${name} ${seconds} s`)
    .join(', ')
}
