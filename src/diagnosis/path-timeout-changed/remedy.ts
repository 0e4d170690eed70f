import { keepaliveLines } from '../keepalive-lines.ts'
import type { TimeoutChange } from '../timeout-watch.ts'

export function remedy({ became, now: { timeout } }: TimeoutChange): readonly string[] {
  if (became === 'longer' || !timeout)
    return ['# Nothing has to be done: what survived the shorter timeout survives this one.']
  return [
    ...keepaliveLines(timeout.lowMs > 0 ? timeout.lowMs : timeout.highMs),
    '# Who set it? On a node: sysctl net.netfilter.nf_conntrack_tcp_timeout_established; ipvsadm -l --timeout.',
    '# Elsewhere: the idle timeout of each load balancer, gateway, firewall and proxy on the way, and when it was last changed.',
  ]
}
