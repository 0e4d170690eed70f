import { runOn } from './processes.ts'

/** What is read of each kernel: a name, and the shell command that prints it. Absent things print nothing. */
const sources = {
  snmp: 'cat /proc/net/snmp',
  netstat: 'cat /proc/net/netstat',
  'nf_conntrack stat': 'cat /proc/net/stat/nf_conntrack',
  sysctl: `sysctl -e net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables net.netfilter.nf_conntrack_max net.netfilter.nf_conntrack_count ${[
    'tcp_timeout_established',
    'tcp_loose',
    'tcp_be_liberal',
    'udp_timeout',
    'udp_timeout_stream',
  ]
    .map(name => `net.netfilter.nf_conntrack_${name}`)
    .join(' ')}; sysctl -a -r '^net.ipv4.vs\\.(conntrack|conn_reuse_mode|expire_|sloppy_tcp)'`,
  // A full table is no evidence anybody can read: its count says enough.
  conntrack: '[ "$(cat /proc/sys/net/netfilter/nf_conntrack_count)" -gt 5000 ] || conntrack -L',
  rules: 'iptables-save -c; nft list ruleset',
  ip_vs: 'cat /proc/net/ip_vs',
  ip_vs_conn: 'cat /proc/net/ip_vs_conn',
  addresses: 'ip -brief address; ip route',
} as const

const mark = '=== lab === '

/** Reads all that is to be known of a host's kernel, by source. */
export async function look(host: string): Promise<Record<string, string>> {
  const script = Object.entries(sources).map(([name, command]) => `echo '${mark}${name}'; { ${command}; } 2>/dev/null`)
  const { stdout } = await runOn(host, ['sh', '-c', `${script.join('\n')}\ntrue`])
  return Object.fromEntries(
    stdout
      .split(mark)
      .slice(1)
      .map(part => {
        const end = part.indexOf('\n')
        return [part.slice(0, end), part.slice(end + 1)] as const
      })
      .filter(([, text]) => text !== ''),
  )
}
