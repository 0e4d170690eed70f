# Run in a guest by guest.test.ts: everything the lab asks of that kernel, in a network namespace.
set -eu
ip netns add node
on() { ip netns exec node "$@"; }
on ip link set lo up

on ip link add kube-ipvs0 type dummy
on ip address add 10.96.0.10/32 dev kube-ipvs0
on sysctl -qw net.ipv4.vs.conntrack=1
on ipvsadm -A -u 10.96.0.10:53 -s rr
on ipvsadm -a -u 10.96.0.10:53 -r 10.244.2.53:53 -m
on cat /proc/net/ip_vs | grep -q '0A60000A:0035' && echo 'ip_vs: has a virtual server'
echo "vs.conntrack: $(sysctl -n net.ipv4.vs.conntrack) here, $(on sysctl -n net.ipv4.vs.conntrack) there"

on ipset create PODS hash:ip
on iptables -t nat -N KUBE-SVC
on iptables -t nat -A KUBE-SVC -m comment --comment dns -m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x4000/0x4000
on iptables -t nat -A KUBE-SVC -p udp --dport 53 -j DNAT --to-destination 10.244.2.53:53
on iptables -t nat -A OUTPUT -m addrtype --dst-type LOCAL -m set ! --match-set PODS src -j KUBE-SVC
on iptables -t nat -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
on iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
on iptables -A INPUT -p tcp --dport 9 -j REJECT
echo "iptables: $(on iptables -V | grep -o nf_tables), $(on iptables -t nat -S | grep -c KUBE-SVC) lines of KUBE-SVC"

on nft -f - <<'END'
table ip proxy {
  chain services { type nat hook prerouting priority dstnat; udp dport 53 dnat to numgen random mod 2 map { 0 : 10.244.2.53, 1 : 10.244.2.54 }; }
  chain postrouting { type nat hook postrouting priority srcnat; meta mark & 0x4000 == 0x4000 masquerade fully-random; }
}
END
echo "nft: $(on nft list table ip proxy | grep -c hook) chains"

on tc qdisc add dev kube-ipvs0 root netem delay 1ms
ip link add cni0 type bridge
ip link add pod type veth peer name eth0 netns node
on sh -c 'test -e /proc/sys/net/bridge/bridge-nf-call-iptables && conntrack -L 2>&1' | grep -o 'have been shown'
unshare --mount --pid --net --fork --kill-child --mount-proc sh -c 'echo "unshare: process $$"'
node --input-type module -e "
  import koffi from 'koffi'
  console.log('koffi: process', koffi.load(null).func('int getppid()')() === process.ppid ? 'found' : 'wrong', process.version)"
node bin/longhold.js --version
mkdir /results/deep
echo kept >/results/deep/file
exit 3
