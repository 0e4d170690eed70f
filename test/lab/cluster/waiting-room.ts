import { setTimeout as sleep } from 'node:timers/promises'
import { attribute, message, messages, netfilter, word } from './netlink.ts'
import { runOn } from './processes.ts'

/** Where packets wait that leave a host: their addresses are translated, and conntrack does not know them yet. */
export interface WaitingRoom {
  /** Resolves when so many wait. Error after 20 s. */
  holds(packets: number): Promise<void>
  /** They go on, in their order, and so does from now on whoever comes. */
  opens(): Promise<void>
}

/**
 * Makes packets that match wait (NFQUEUE) between the translation of their source, at 100 of the postrouting hook, and
 * the end of the hook, where conntrack confirms what was picked. In real life that takes microseconds.
 */
export async function waitingRoom(host: string, match: string): Promise<WaitingRoom> {
  const line = netfilter(host)
  const configure = (type: number, value: Uint8Array) =>
    line.send(message(messages.configureQueue, 0, queue, attribute(type, value)))
  configure(NFQA_CFG_CMD, Uint8Array.of(NFQNL_CFG_CMD_BIND, 0, 0, 0))
  configure(NFQA_CFG_PARAMS, Uint8Array.of(...word(0), NFQNL_COPY_META))
  // Not every kernel has nft's own "queue"; a chain of iptables is one that a chain of nft may jump to.
  await runOn(host, `iptables -t mangle -N WAITING`.split(' '))
  await runOn(host, `iptables -t mangle -A WAITING ${match} -j NFQUEUE --queue-num ${queue}`.split(' '))
  await runOn(host, ['nft', '-f', '-'], { stdin: jump })

  let waiting = 0
  let last = 0
  function take(): void {
    for (let news = line.receive(); news.length > 0; news = line.receive())
      for (const id of packetsIn(news)) {
        waiting += 1
        last = id
      }
  }
  return {
    async holds(packets) {
      for (const end = performance.now() + 20_000; performance.now() < end; await sleep(10)) {
        take()
        if (waiting >= packets) return
      }
      throw new Error(`${waiting} packets wait on ${host}, not ${packets}`)
    },
    async opens() {
      // The rule first and the chain last: when a chain leaves its hook, the kernel drops whatever waits in a queue.
      await runOn(host, ['nft', 'flush', 'chain', 'ip', 'mangle', 'waiting'])
      take()
      const verdict = attribute(NFQA_VERDICT_HDR, Uint8Array.of(...word(NF_ACCEPT), ...word(last)))
      line.send(message(messages.judgeUpTo, 0, queue, verdict))
      line[Symbol.dispose]()
      await runOn(host, ['nft', 'delete', 'chain', 'ip', 'mangle', 'waiting'])
      await runOn(host, ['iptables', '-t', 'mangle', '-F', 'WAITING'])
      await runOn(host, ['iptables', '-t', 'mangle', '-X', 'WAITING'])
    },
  }
}

const queue = 7
const jump = `add chain ip mangle waiting { type filter hook postrouting priority 300; }
add rule ip mangle waiting jump WAITING
`

/** Each message is a packet; its first attribute is struct nfqnl_msg_packet_hdr, which begins with the packet's number. */
function* packetsIn(datagram: Buffer): Iterable<number> {
  for (let at = 0; at < datagram.length; at += (datagram.readUInt32LE(at) + 3) & ~3)
    if (datagram.readUInt16LE(at + 4) === messages.queuedPacket) yield datagram.readUInt32BE(at + 24)
}

// linux/netfilter/nfnetlink_queue.h
const [NFQA_CFG_CMD, NFQA_CFG_PARAMS] = [1, 2]
const NFQNL_CFG_CMD_BIND = 1
const NFQNL_COPY_META = 1
const NFQA_VERDICT_HDR = 2
const NF_ACCEPT = 1
