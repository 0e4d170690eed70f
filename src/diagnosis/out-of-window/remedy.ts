export const remedy: readonly string[] = [
  '# Let conntrack take such a packet for what it is (kube-proxy in nftables mode: conntrack.tcpBeLiberal: true). On each node, now:',
  'sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1',
  '# Or drop what is INVALID before it can pass untranslated, as kube-proxy does in iptables mode:',
  'iptables -I FORWARD -m conntrack --ctstate INVALID -j DROP',
]
