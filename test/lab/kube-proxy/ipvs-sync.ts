import { frontsOf } from './names.ts'
import type { Command, Desired, Node } from './services.ts'

/**
 * Changes the virtual servers, their real servers and the addresses of kube-ipvs0 to what is desired, one by one and
 * nothing else, as kube-proxy does: connections of what stays are not touched. What is there now is read on the node.
 */
export function ipvsSync(desired: Desired, node: Node): Command {
  const addresses = [...new Set(desired.services.map(({ address }) => address))]
  return { argv: ['sh', '-euc', program, 'ipvs-sync', ...addresses], stdin: virtualServers(desired, node) }
}

/** All that is desired, as `ipvsadm --save --numeric` writes it. Round robin, masquerading: kube-proxy's defaults. */
export function virtualServers({ services }: Desired, node: Node): string {
  const lines = frontsOf(services).flatMap(({ address, port, all }) => {
    const at = [`${address}:${port.port}`, ...(port.nodePort === undefined ? [] : [`${node.address}:${port.nodePort}`])]
    return at
      .map(each => `-${port.protocol[0]} ${each}`)
      .flatMap(server => [
        `-A ${server} -s rr`,
        ...all.map(({ target, weight }) => `-a ${server} -r ${target} -m -w ${weight}`),
      ])
  })
  return lines.map(line => `${line}\n`).join('')
}

/** In the order of kube-proxy: new before old, so that no port is without a server for a moment. */
const program = `
want=$(cat)
have=$(ipvsadm --save --numeric)
bound=$(ip -4 -oneline address show dev kube-ipvs0 | while read -r _ _ _ address _; do echo "\${address%/*}"; done)
nl='
'
has() { case "$nl$1$nl" in *"$nl$2"*) ;; *) return 1 ;; esac; } # a line of $1 begins with $2
each() { if [ -n "$1" ]; then echo "$1"; fi; }

each "$want" | while read -r line; do
  set -- "$line" $line
  if has "$have" "$line$nl"; then continue; fi
  if [ "$2" = -A ]; then ipvsadm $line
  elif has "$have" "\${line% *} "; then ipvsadm -e "$3" "$4" -r "$6" -m -w "$9" # its weight is another
  else ipvsadm $line; fi
done
for address; do
  if ! has "$bound" "$address$nl"; then ip address add "$address/32" dev kube-ipvs0; fi
done
wanted="$*"
each "$have" | while read -r line; do
  set -- "$line" $line
  if [ "$2" = -a ] && ! has "$want" "\${line% *} "; then ipvsadm -d "$3" "$4" -r "$6"; fi
done
each "$have" | while read -r line; do
  set -- "$line" $line
  if [ "$2" = -A ] && ! has "$want" "$line$nl"; then ipvsadm -D "$3" "$4"; fi
done
each "$bound" | while read -r address; do
  case " $wanted " in *" $address "*) ;; *) ip address delete "$address/32" dev kube-ipvs0 ;; esac
done
`
