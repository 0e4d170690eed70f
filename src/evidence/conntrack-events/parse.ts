import { parseEntry } from '../conntrack-entries/parse.ts'
import type { FlowEvent } from './facts.ts'

export type Event = Omit<FlowEvent, 'flow'>

/** One event as `conntrack -E -o timestamp,extended` prints it. `undefined` for what is none, or not about TCP or UDP. */
export function parseEvent(line: string): Event | undefined {
  const { at, word, rest } = headOf(line)
  const program = programIn(rest)
  const entry = parseEntry(program ? rest.slice(0, program.from) : rest)
  if (!entry || at === undefined) return undefined
  const by = program && (program.name ?? `portid ${program.portid}`)
  return { at, what: word === 'NEW' ? 'new' : 'destroy', entry, ...(by !== undefined && { by }) }
}

/** Who deleted the entry of an event, whatever it was about; `undefined` when it is no such event. `name` is missing once the program has ended. */
export function parseDeletion(line: string): { at: number; portid: string; name: string | undefined } | undefined {
  if (!line.includes(' [USERSPACE] ')) return undefined
  const { at, word, rest } = headOf(line)
  const program = programIn(rest)
  return word === 'DESTROY' && at !== undefined && program
    ? { at, portid: program.portid, name: program.name }
    : undefined
}

function headOf(line: string) {
  const [, seconds, word, rest = ''] = /^\[(\d{1,12}\.\d{1,9})\]\s+\[(NEW|DESTROY)\] (.*)$/.exec(line) ?? []
  return { at: seconds === undefined ? undefined : Math.round(Number(seconds) * 1000), word, rest }
}

function programIn(rest: string) {
  const match = / \[USERSPACE\] portid=(\d{1,10})(?: progname=(.*))?$/.exec(rest)
  return match === null
    ? undefined
    : { from: match.index, portid: match[1] ?? '', name: match[2] ? printable(match[2]) : undefined }
}

/**
 * Where the packets of an event's flow came from and went to, as `placeOf` writes it; a fraction of the price of reading all of it,
 * also where a line names protocols without end: number, seconds left and state, which stand between, take at most 50 characters.
 */
export function placeIn(line: string): string | undefined {
  const [, proto, src, dst, dport] =
    /\b(tcp|udp) [^=]{0,80} src=(\S+) dst=(\S+) sport=\d+ dport=(\d+) /.exec(line) ?? []
  return proto && `${proto} ${src} ${dst} ${dport}`
}

export const placeOf = (proto: string, { src, dst, dport }: { src: string; dst: string; dport: number }): string =>
  `${proto} ${src} ${dst} ${dport}`

/** A program may call itself anything, and people read this in a terminal. */
const printable = (name: string): string => name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 64)
