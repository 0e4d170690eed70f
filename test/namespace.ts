import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { realClock } from '../src/clock.ts'
import { followWith } from '../src/evidence/follow.ts'
import { machineAt } from '../src/evidence/machine.ts'
import type { Machine, Watching } from '../src/evidence/source.ts'

/** A network namespace of its own, and the machine as a source would see it in there. It ends with the test. */
export interface Namespace extends AsyncDisposable {
  readonly machine: Machine
  readonly follow: Watching['follow']
  /** Runs a shell script in there; resolves to what it printed. */
  run(script: string): Promise<string>
}

/** `as`: what every command of the machine is run with, such as `setpriv` and its options. */
export async function namespace(setUp: string, as: readonly string[] = []): Promise<Namespace> {
  const script = `ip link set lo up\n${setUp}\necho ready\nexec sleep 1000`
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sh', '-ec', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const failed = exited.then(([code]) => Promise.reject(new Error(`the namespace was not set up: ${code}`)))
  await Promise.race([once(createInterface(child.stdout), 'line'), failed])
  const enter = [`--net=/proc/${child.pid}/ns/net`, '--']
  const over = new AbortController()
  const outside = machineAt('/', realClock)(over.signal)
  return {
    machine: {
      ...outside,
      // Files below /proc/sys/net are those of the namespace that reads them.
      file: path => outside.run('nsenter', [...enter, 'cat', `/${path}`]),
      run: (command, args) => outside.run('nsenter', [...enter, ...as, command, ...args]),
    },
    follow: (command, args, ...heard) =>
      followWith(realClock)('nsenter', [...enter, ...as, command, ...args], ...heard),
    run: text => outside.run('nsenter', [...enter, 'sh', '-ec', text]),
    async [Symbol.asyncDispose]() {
      over.abort()
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** What `conntrack` needs to be at work at all, and a Service of each kind: UDP, TCP, IPv6, and one nobody answers for. */
export const services = `
for address in 10.244.1.10 10.96.0.10 10.96.22.22 10.244.2.53 10.244.2.11 10.244.2.12; do ip address add $address/32 dev lo; done
for address in fd00:10:244::10 fd00:10:96::a fd00:10:244::53; do ip address add $address/128 dev lo nodad; done
nft -f - <<RULES
table ip nat {
  chain output {
    type nat hook output priority -100
    ip daddr 10.96.0.10 udp dport 53 dnat to 10.244.2.53:53
    ip daddr 10.96.22.22 tcp dport 7000 dnat to 10.244.2.11:7000
    ip daddr 10.96.22.22 tcp dport 7001 dnat to 10.244.2.12:7001
  }
}
table ip6 nat {
  chain output {
    type nat hook output priority -100
    ip6 daddr fd00:10:96::a udp dport 53 dnat to [fd00:10:244::53]:53
  }
}
table ip filter {
  chain input {
    type filter hook input priority 0
    ip daddr 10.244.2.12 drop
  }
}
RULES`

/** A Node program that sends: servers, one TCP connection held for good, one nobody answers, datagrams from ports 41001 (answered) and 41002 (IPv6). */
export const traffic = `node -e '
const net = require("node:net"), dgram = require("node:dgram")
net.createServer(socket => socket.pipe(socket)).listen(7000, "10.244.2.11")
for (const [type, address] of [["udp4", "10.244.2.53"], ["udp6", "fd00:10:244::53"]]) {
  const server = dgram.createSocket(type).bind(53, address)
  server.on("message", (bytes, { port, address }) => server.send(bytes, port, address))
}
for (const [localPort, port] of [[40053, 7000], [40054, 7001]])
  net.connect({ host: "10.96.22.22", port, localAddress: "10.244.1.10", localPort }).on("connect", function () { this.write("?") })
for (const [type, address, port, to] of [["udp4", "10.244.1.10", 41001, "10.96.0.10"], ["udp6", "fd00:10:244::10", 41002, "fd00:10:96::a"]]) {
  const socket = dgram.createSocket(type)
  socket.bind(port, address, () => socket.send("?", 53, to))
}
setTimeout(() => process.exit(), 700)
'`
