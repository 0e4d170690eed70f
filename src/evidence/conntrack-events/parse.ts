import { parseEntry } from '../conntrack-entries/parse.ts'
import type { ConntrackEvents } from './facts.ts'

export type Event = Omit<ConntrackEvents[number], 'flow'>

/** One event as `conntrack -E -o timestamp,extended` prints it. `undefined` for what is none, or not about TCP or UDP. */
export function parseEvent(line: string): Event | undefined {
  const [, seconds, word, rest = ''] = /^\[(\d{1,12}\.\d{1,9})\]\s+\[(NEW|DESTROY)\] (.*)$/.exec(line) ?? []
  const [, text = rest, portid, program] = /^(.*) \[USERSPACE\] portid=(\d{1,10})(?: progname=(.*))?$/.exec(rest) ?? []
  const entry = parseEntry(text)
  if (!entry || seconds === undefined) return undefined
  return {
    at: Math.round(Number(seconds) * 1000),
    what: word === 'NEW' ? 'new' : 'destroy',
    entry,
    ...(portid !== undefined && { by: program ? printable(program) : `portid ${portid}` }),
  }
}

/** Where the packets of an event's flow came from and went to, as `placeOf` writes it; a fraction of the price of reading all of it. */
export function placeIn(line: string): string | undefined {
  const [, proto, src, dst, dport] = /\b(tcp|udp) [^=]* src=(\S+) dst=(\S+) sport=\d+ dport=(\d+) /.exec(line) ?? []
  return proto && `${proto} ${src} ${dst} ${dport}`
}

export const placeOf = (proto: string, { src, dst, dport }: { src: string; dst: string; dport: number }): string =>
  `${proto} ${src} ${dst} ${dport}`

/** A program may call itself anything, and people read this in a terminal. */
const printable = (name: string): string => name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 64)
