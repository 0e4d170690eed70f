import type { Snapshot } from '../snapshot.ts'
import type { KeptVerdict } from '../verdicts.ts'
import { type Cell, flexible, left, plain, right, type Table, type Tone, toned } from './table.ts'
import { ago, count, moment } from './words.ts'

/** Every verdict on record, open ones first, at most `most`. */
export function verdictsTable({ verdicts }: Pick<Snapshot, 'verdicts'>, most: number): Table {
  return {
    title: 'Verdicts',
    columns: [
      flexible('Verdict'),
      ...['State', 'Since (UTC)', 'Sure'].map(left),
      right('Met'),
      flexible('Series'),
      flexible('What'),
    ],
    rows: verdicts
      .slice(0, most)
      .map(verdict => [
        plain(titleOf(verdict)),
        state(verdict),
        plain(moment(verdict.since)),
        plain(verdict.confidence.level),
        plain(met(verdict)),
        plain(verdict.series.join(', ')),
        plain(verdict.says),
      ]),
    empty: 'none so far.',
  }
}

/** What is open now, for a look: at most `most`, the title says how many there are. */
export function openVerdictsTable({ verdicts, at }: Pick<Snapshot, 'verdicts' | 'at'>, most: number): Table {
  const open = verdicts.filter(each => each.state === 'open')
  return {
    title: open.length > most ? `Open verdicts (${most} of ${open.length})` : 'Open verdicts',
    columns: [flexible('Verdict'), right('For'), right('Met'), flexible('What')],
    rows: open
      .slice(0, most)
      .map(verdict => [
        toned(titleOf(verdict), toneOf(verdict)),
        plain(ago(at - verdict.since)),
        plain(met(verdict)),
        plain(verdict.says),
      ]),
    empty: 'none.',
  }
}

/** The name, and which form of it: `conntrack-expiry (server-first)`. */
export const titleOf = ({ name, variant }: KeptVerdict): string =>
  variant === undefined ? name : `${name} (${variant})`

/** How many met it: `12 of 40`. */
export const met = ({ count: some, of }: KeptVerdict): string => `${count(some)} of ${count(of)}`

/** `open`, or how it ended. */
export function stateOf({ state, supersededBy, abandoned }: KeptVerdict): string {
  if (state === 'open') return 'open'
  if (abandoned) return 'abandoned'
  return supersededBy === undefined ? 'closed' : 'superseded'
}

const state = (verdict: KeptVerdict): Cell =>
  toned(verdict.planned ? `${stateOf(verdict)}, planned` : stateOf(verdict), toneOf(verdict))

function toneOf({ state, planned, abandoned }: KeptVerdict): Tone | undefined {
  if (state === 'open') return planned ? undefined : 'bad'
  return abandoned ? 'warn' : 'dim'
}
