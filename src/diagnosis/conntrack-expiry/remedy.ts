import { keepaliveLines } from '../keepalive-lines.ts'

const longer = 86_400

/** `ms`: what conntrack remembers, or at least does. */
export const remedy = (ms: number): readonly string[] => [
  ...keepaliveLines(ms),
  ...(ms < longer * 1000
    ? [
        '# Or let the nodes remember for longer (kube-proxy: conntrack.tcpEstablishedTimeout: 24h). On each node, now:',
        `sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=${longer}`,
      ]
    : []),
]
