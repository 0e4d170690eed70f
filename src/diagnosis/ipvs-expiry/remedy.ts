import { keepaliveLines } from '../keepalive-lines.ts'

const longer = 86_400

/** `ms`: what IPVS remembers, or at least does. */
export const remedy = (ms: number): readonly string[] => [
  ...keepaliveLines(ms),
  ...(ms < longer * 1000
    ? [
        '# Or let the nodes remember for longer, at the price of memory (kube-proxy: ipvs.tcpTimeout: 24h). On each node, now:',
        `ipvsadm --set ${longer} 0 0`,
        '# conntrack’s own timeout is of no help: IPVS takes its entry along.',
      ]
    : []),
]
