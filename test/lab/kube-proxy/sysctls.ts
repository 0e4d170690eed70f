import type { Command } from './services.ts'

/** What kube-proxy sets in every mode, and `more`. Those the kernel does not know are passed over. */
export function setsSysctls(...more: readonly string[]): Command {
  return { argv: ['sysctl', '-qew', ...common, ...more] }
}

const common = [
  'net.ipv4.ip_forward=1',
  'net.netfilter.nf_conntrack_tcp_timeout_established=86400', // conntrack.tcpEstablishedTimeout: 24h
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait=3600', // conntrack.tcpCloseWaitTimeout: 1h
] as const
