import { decode } from 'dns-packet'
import type { Packet } from '../wire/pcap.ts'

/** A question and its answer as they passed the wire. */
export interface Exchange {
  /** The name asked for. */
  readonly name: string
  /** Epoch ms at which the question passed. */
  readonly at: number
  /** From the question to its answer, microseconds. */
  readonly tookUs: number
}

/** Joins questions to the server on `port` with their answers, by client port and message id. */
export function exchanges(packets: readonly Packet[], port: number): Exchange[] {
  const asked = new Map<string, Packet>()
  return packets.flatMap(packet => {
    const id = packet.payload.readUInt16BE(0)
    if (packet.toPort === port) {
      asked.set(`${packet.fromPort} ${id}`, packet)
      return []
    }
    const key = `${packet.toPort} ${id}`
    const question = asked.get(key)
    if (!question) return []
    asked.delete(key)
    const name = decode(question.payload).questions?.[0]?.name ?? ''
    return [{ name, at: question.at, tookUs: (packet.ns - question.ns) / 1000 }]
  })
}

/** A latency as a client recorded it, and the same one on the wire. */
export interface Compared {
  readonly recordedUs: number
  readonly wireUs: number
}

/**
 * Joins what a client recorded with what passed the wire. No client tells the id or the port it used, so the join is
 * by name and by nearest time: a name comes again after seconds, an answer within milliseconds.
 */
export function compared(
  recorded: readonly { readonly name: string; readonly at?: number; readonly tookUs: number }[],
  wire: readonly Exchange[],
): Compared[] {
  const byName = Map.groupBy(wire, ({ name }) => name)
  return recorded.flatMap(({ name, at, tookUs }) => {
    const same = byName.get(name) ?? []
    const off = (each: Exchange) => (at === undefined ? 0 : Math.abs(each.at + each.tookUs / 1000 - at))
    const nearest = same.toSorted((a, b) => off(a) - off(b))[0]
    return nearest && off(nearest) < 1000 ? [{ recordedUs: tookUs, wireUs: nearest.tookUs }] : []
  })
}
