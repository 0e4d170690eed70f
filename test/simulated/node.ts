import type { Chance } from './chance.ts'
import type { Pod, Service } from './cluster.ts'

/** An entry of conntrack, or of IPVS: where one flow is led. */
export interface Track {
  readonly backend: Pod
  /** ms since the story began: made, and last refreshed by a packet. */
  readonly madeAt: number
  seenAt: number
}

/** A program emptied the table. */
export interface Flush {
  readonly at: number
  readonly by: string
  readonly count: number
}

export interface Packet {
  readonly proto: 'tcp' | 'udp'
  readonly isNew: boolean
  /** Where it goes, `10.96.0.10`. */
  readonly to: string
}

/** The node of the client and what lies between it and the servers: what a story may break. */
export interface ClientNode {
  by: 'rules' | 'ipvs'
  /** How long a silent TCP connection is remembered, ms: by conntrack, or by IPVS where that translates. */
  remembersMs: number
  /** Entries of UDP to a backend that is none any more are deleted. */
  cleansUp: boolean
  readonly flushes: Flush[]
  /** What drops a packet, where something does. */
  blocks: ((packet: Packet) => boolean) | undefined
  /** Something between the nodes that forgets a silent connection. */
  middlebox: { readonly ms: number; readonly does: 'reset' | 'silence' } | undefined
  /** Of datagrams, there and back together. */
  lossShare: number
}

export const clientNode = (given: Partial<ClientNode> = {}): ClientNode => ({
  by: 'rules',
  remembersMs: 86_400_000,
  cleansUp: true,
  flushes: [],
  blocks: undefined,
  middlebox: undefined,
  lossShare: 1e-5,
  ...given,
})

/** UDP that was answered is remembered for so long, ms (nf_conntrack_udp_timeout_stream). */
const udpMs = 120_000

export const isForgotten = (node: ClientNode, track: Track, now: number): boolean =>
  now - track.seenAt >= node.remembersMs || flushedAt(node, track) !== undefined

export const flushedAt = ({ flushes }: ClientNode, track: Track): Flush | undefined =>
  flushes.find(({ at }) => at >= track.seenAt)

/** A new flow is led to a backend by chance, or under IPVS to the next in turn; `undefined`: there is none. */
export function newTrack({ by }: ClientNode, service: Service, now: number, chance: Chance): Track | undefined {
  service.turn += 1
  const { backends, turn } = service
  const backend = by === 'ipvs' ? backends[turn % backends.length] : chance.pick(backends)
  return backend && { backend, madeAt: now, seenAt: now }
}

/** Where a UDP port that keeps asking is led now. */
export function oldTrack(node: ClientNode, service: Service, track: Track | undefined, now: number): Track | undefined {
  if (!track || now - track.seenAt >= udpMs || flushedAt(node, track)) return undefined
  if (node.cleansUp && !service.backends.includes(track.backend)) return undefined
  track.seenAt = now
  return track
}
