import type { TcpInfo } from '../outcome/socket.ts'
import { isFault } from '../record/snapshot.ts'
import { type Cell, nothing, toned } from '../record/tables/table.ts'
import { ago, latency, span } from '../record/tables/words.ts'

/** Where a connection is looked at from both sides. */
export const connectionPath = (id: string): string => `connection?id=${encodeURIComponent(id)}`

/** How long something has lasted, to the second: `0s`, `45s`, `3m 12s`. */
export const lasting = (ms: number): string => (ms < 1000 ? '0s' : span(Math.floor(ms / 1000) * 1000))

/** include/net/tcp_states.h, in the words of ss(8). */
const tcpStates = [
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'NEW-SYN-RECV',
]

/** The few fields of TCP_INFO that tell whether somebody is still there; those that say nothing are left out. */
export function tcpCell(info: TcpInfo | undefined): Cell {
  if (!info) return nothing
  const { state, rtoUs, unacked, backoff, retransmits, probes, lastAckRecvMs } = info
  const words = [
    tcpStates[state - 1] ?? `state ${state}`,
    `ack ${ago(lastAckRecvMs)} ago`,
    `rto ${latency(rtoUs)}`,
    unacked > 0 && `${unacked} unacked`,
    retransmits > 0 && `${retransmits} retransmitted`,
    backoff > 0 && `backoff ${backoff}`,
    probes > 0 && `${probes} probes unanswered`,
  ]
  const isDying = state !== 1 || backoff > 0 || probes > 0
  return toned(words.filter(Boolean).join(', '), isDying ? 'warn' : undefined)
}

interface End {
  readonly fate: string
  readonly phase: string
  readonly planned: boolean
}

/** `reset in exchange`; a goodbye is said to be one. */
export const endWords = ({ fate, phase, planned }: End): string => `${fate} in ${phase}${planned ? ', planned' : ''}`

export const endTone = (end: { readonly fate: string; readonly planned: boolean }): 'bad' | 'dim' =>
  isFault(end as Parameters<typeof isFault>[0]) ? 'bad' : 'dim' // a server may know a fate that we do not: a fault
