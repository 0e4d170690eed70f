import { pods } from './places.ts'
import { runOn } from './processes.ts'

/** What is read of every kernel: a name, and the shell command that prints it. Absent things print nothing. */
const everywhere = {
  snmp: 'cat /proc/net/snmp',
  netstat: 'cat /proc/net/netstat',
  addresses: 'ip -brief address; ip route',
} as const

const sysctls = [
  'net.ipv4.ip_forward',
  'net.bridge.bridge-nf-call-iptables',
  ...[
    'max',
    'count',
    'tcp_timeout_established',
    'tcp_loose',
    'tcp_be_liberal',
    'udp_timeout',
    'udp_timeout_stream',
  ].map(name => `net.netfilter.nf_conntrack_${name}`),
  ...['conntrack', 'conn_reuse_mode', 'expire_nodest_conn', 'expire_quiescent_template', 'sloppy_tcp'].map(
    name => `net.ipv4.vs.${name}`,
  ),
]

/** And of those that forward, translate and track. */
const onRouters = {
  ...everywhere,
  'nf_conntrack stat': 'cat /proc/net/stat/nf_conntrack',
  sysctl: `sysctl -e ${sysctls.join(' ')}`,
  // A full table is no evidence anybody can read: its count says enough.
  conntrack: '[ "$(cat /proc/sys/net/netfilter/nf_conntrack_count)" -gt 5000 ] || conntrack -L',
  rules: 'iptables-save -c; nft list ruleset',
  ip_vs: 'cat /proc/net/ip_vs',
  ip_vs_conn: 'cat /proc/net/ip_vs_conn',
} as const

const mark = '=== lab === '

/** Reads all that is to be known of a host's kernel, by source. */
export async function look(host: string): Promise<Record<string, string>> {
  const sources = host in pods || host === 'ext' || host === 'far' || host === 'container' ? everywhere : onRouters
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
