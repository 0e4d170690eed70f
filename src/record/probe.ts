import type { z } from 'zod'
import { fates } from '../outcome/fate.ts'
import { type Asked, type OfProbe, type Stamp, type Strayed, strays } from '../outcome/observation.ts'
import { latency, recordLatency } from '../stats/latency.ts'
import { loadLatency, saveLatency } from './saved.ts'
import { isFault, type ProbeSeries } from './snapshot.ts'
import type { savedProbe } from './state.ts'

/** What the recorder counts of one probe. */
export type ProbeTally = { -readonly [Field in keyof ProbeSeries]: Unlocked<ProbeSeries[Field]> }
type Unlocked<T> = T extends Readonly<Record<infer Key extends string, number>> ? Record<Key, number> : T

/** Response codes kept apart, at most; a sender chooses among 4096. The surplus is `other`. */
const mostRcodes = 64

export const newProbe = ({ side, kind, probe, server, mode }: OfProbe): ProbeTally => ({
  side,
  kind,
  probe,
  server,
  mode,
  current: true,
  asked: 0,
  fates: zeros(fates),
  rcodes: {},
  strays: zeros(strays),
  truncated: 0,
  tries: 0,
  suspects: 0,
  latency: latency(),
})

export function foldProbe(tally: ProbeTally, news: (Asked | Strayed) & Stamp): void {
  tally.current = true
  if (news.suspect) tally.suspects += 1
  if (news.type === 'strayed') {
    tally.strays[news.what] += news.count ?? 1
    return
  }
  const { fate, tookUs, rcode, by, stamp } = news
  tally.asked += 1
  tally.fates[fate] += 1
  tally.tries += news.tries ?? 1
  if (news.truncated) tally.truncated += 1
  if (rcode !== undefined) countRcode(tally.rcodes, rcode)
  if (stamp) tally.stamp = stamp
  if (by !== undefined && fate === 'ok') tally.by = by
  if (fate === 'ok' && tookUs >= 0 && !news.suspect) recordLatency(tally.latency, tookUs)
  if (isFault({ fate, planned: false })) tally.lastFault = { at: news.at, fate, code: news.code }
}

export const saveProbe = ({ latency, ...rest }: ProbeTally): z.output<typeof savedProbe> => ({
  ...rest,
  stamp: rest.stamp,
  by: rest.by,
  lastFault: rest.lastFault,
  latency: saveLatency(latency),
})

/** Throws at a histogram that is none. */
export function loadProbe({ latency, stamp, by, lastFault, ...rest }: z.output<typeof savedProbe>): ProbeTally {
  return {
    ...rest,
    ...(stamp && { stamp }),
    ...(by !== undefined && { by }),
    ...(lastFault && { lastFault }),
    latency: loadLatency(latency),
  }
}

function countRcode(rcodes: Record<string, number>, rcode: string): void {
  const key = Object.hasOwn(rcodes, rcode) || Object.keys(rcodes).length < mostRcodes - 1 ? rcode : 'other'
  rcodes[key] = (rcodes[key] ?? 0) + 1
}

const zeros = <Key extends string>(keys: readonly Key[]): Record<Key, number> =>
  Object.fromEntries(keys.map(key => [key, 0])) as Record<Key, number> // fromEntries forgets the keys
