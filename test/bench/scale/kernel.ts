import { readFileSync } from 'node:fs'
import { finished } from '../subject.ts'

/** What the kernel let out of this network namespace's only interface, loopback: each packet once. Bytes are those of IP. */
export interface Counted {
  readonly tcpPackets: number
  readonly tcpBytes: number
  readonly udpPackets: number
  readonly udpBytes: number
}

/** Lets the kernel count, and track connections as the kernel of a node does. */
export const prepare = (): Promise<string> =>
  finished('nft', [
    `table inet scale {
      counter of_tcp {}
      counter of_udp {}
      chain out {
        type filter hook output priority 0
        meta l4proto tcp counter name of_tcp
        meta l4proto udp counter name of_udp
        ct state established accept
      }
    }`,
  ])

export async function count(): Promise<Counted> {
  const text = await finished('nft', ['list', 'counters'])
  const of = (name: string) => {
    const found = new RegExp(`counter of_${name} \\{\\s+packets (\\d+) bytes (\\d+)`).exec(text)
    return { packets: Number(found?.[1]), bytes: Number(found?.[2]) }
  }
  const [tcp, udp] = [of('tcp'), of('udp')]
  return { tcpPackets: tcp.packets, tcpBytes: tcp.bytes, udpPackets: udp.packets, udpBytes: udp.bytes }
}

/** Entries in this namespace's conntrack table. */
export const entries = (): number => Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_count', 'utf8'))

/** Slab of the whole machine: sockets of both ends, their files, and whatever others do meanwhile. */
export function slabBytes(): number {
  return Number(/^Slab:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
}
