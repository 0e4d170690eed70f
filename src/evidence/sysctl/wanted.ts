const conntrack = [
  'acct',
  'buckets',
  'checksum',
  'count',
  'generic_timeout',
  'max',
  'tcp_be_liberal',
  'tcp_ignore_invalid_rst',
  'tcp_loose',
  'tcp_max_retrans',
  'timestamp',
  'udp_timeout',
  'udp_timeout_stream',
]
const ipvs = [
  'conn_reuse_mode',
  'conntrack',
  'expire_nodest_conn',
  'expire_quiescent_template',
  'nat_icmp_send',
  'sloppy_tcp',
]

/** Files below `proc/sys` that a rule or `doctor` may ask for, on any machine. */
export const wanted: readonly string[] = [
  ...conntrack.map(name => `net/netfilter/nf_conntrack_${name}`),
  ...ipvs.map(name => `net/ipv4/vs/${name}`),
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/ipv4/conf/all/rp_filter',
  'net/ipv4/conf/default/rp_filter',
  'net/ipv4/ip_forward',
  'net/ipv4/ip_local_port_range',
  'net/ipv4/tcp_keepalive_intvl',
  'net/ipv4/tcp_keepalive_probes',
  'net/ipv4/tcp_keepalive_time',
  'net/ipv4/tcp_retries2',
  'net/ipv4/tcp_syn_retries',
  'net/ipv6/conf/all/forwarding',
]

/** One for each state of a TCP connection, whichever this kernel knows. */
export const tcpTimeouts = (netfilter: readonly string[]): readonly string[] =>
  netfilter
    .filter(name => /^nf_conntrack_tcp_timeout_[a-z0-9_]{1,32}$/.test(name))
    .slice(0, 32)
    .map(name => `net/netfilter/${name}`)

/** Interfaces in one reading, at most. */
const mostInterfaces = 256

/**
 * Forwarding of each interface. Where there are too many, `all`, `default` and the shortest names win: those are what people
 * and the kernel name (`eth0`, `cni0`); a long one was made up for a pod.
 */
export const forwarding = (interfaces: readonly string[]): readonly string[] =>
  interfaces
    .filter(name => /^(?!\.+$)[!-.0-~]{1,15}$/.test(name))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .slice(0, mostInterfaces)
    .map(name => `net/ipv4/conf/${name}/forwarding`)

const rank = (name: string): number => (name === 'all' || name === 'default' ? 0 : name.length)
