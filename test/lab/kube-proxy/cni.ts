import { chainsOf, type Jump, jumping, restored } from './iptables-restore.ts'
import type { Command, Mode, Node } from './services.ts'

/** Masquerading that is none of kube-proxy's business. */
export interface Masquerading {
  /** What pods send to anything but pods leaves with the node's address: the work of the network plugin, or of ip-masq-agent. */
  readonly podEgress: boolean
  /** What containers of a bridge network send elsewhere, as Docker does it: 172.18.0.0/16 on br-docker. */
  readonly bridge: boolean
  /**
   * Source ports are picked by chance (`--random-fully`), as flannel does. Without it two pods that use one port can
   * race for it, and a SYN is lost. Default true.
   */
  readonly randomFully?: boolean
}

/** Puts `wanted` in place of what was there, in one go; nftables mode with nft's own rules, the others with iptables. */
export function cniCommands(mode: Mode, wanted: Masquerading, node: Node): readonly Command[] {
  return mode === 'nftables' ? withNft(wanted, node) : withIptables(wanted, node)
}

const docker = { range: '172.18.0.0/16', bridge: 'br-docker' } as const

const jumps: readonly Jump[] = [
  { table: 'nat', from: 'POSTROUTING', to: 'FLANNEL-POSTRTG', comment: 'flanneld masq' },
  { table: 'nat', from: 'POSTROUTING', to: 'DOCKER-POSTROUTING', comment: 'bridge networks of containers' },
]

function withIptables({ podEgress, bridge, randomFully = true }: Masquerading, { podRange }: Node): readonly Command[] {
  const masquerade = `-j MASQUERADE${randomFully ? ' --random-fully' : ''}`
  const rules = [
    ...(podEgress ? [`-A FLANNEL-POSTRTG -s ${podRange} ! -d ${podRange} ${masquerade}`] : []),
    ...(bridge ? [`-A DOCKER-POSTROUTING -s ${docker.range} ! -o ${docker.bridge} ${masquerade}`] : []),
  ]
  return [...jumping(jumps), restored([{ name: 'nat', chains: chainsOf(jumps, 'nat'), rules }])]
}

function withNft({ podEgress, bridge, randomFully = true }: Masquerading, { podRange }: Node): readonly Command[] {
  const masquerade = `masquerade${randomFully ? ' fully-random' : ''}`
  const rules = [
    ...(podEgress ? [`ip saddr ${podRange} ip daddr != ${podRange} ${masquerade};`] : []),
    ...(bridge ? [`ip saddr ${docker.range} oifname != ${docker.bridge} ${masquerade};`] : []),
  ]
  const table = `table ip cni { chain postrouting { type nat hook postrouting priority srcnat; ${rules.join(' ')} }; }`
  return [{ argv: ['nft', '-f', '-'], stdin: `add table ip cni\ndelete table ip cni\n${table}\n` }]
}
