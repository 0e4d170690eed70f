import type { Ended, Exchanged, Stamp } from '../outcome/observation.ts'

/**
 * How a silence ended. `survived`: somebody spoke, and was answered. `found`: somebody spoke, and the connection was dead. `cut`: it
 * died while nobody spoke. `unseen`: it was given up meanwhile, by plan or for a reason of no age; what it would have met nobody knows.
 */
export type SilenceEnd = 'survived' | 'found' | 'cut' | 'unseen'

/** A client's silence that is over. */
export interface Silence {
  readonly ms: number
  readonly end: SilenceEnd
  /** Epoch ms. */
  readonly endedAt: number
}

/** What a client's observation tells of a silence; `undefined` where there was none, or its length is in doubt. */
export function silenceOf(news: (Exchanged | Ended) & Stamp): Silence | undefined {
  if (news.side !== 'client' || news.suspect || !(news.idleMs > 0)) return undefined
  const endedAt = news.at - news.tookUs / 1000
  if (news.type === 'exchanged') return { ms: news.idleMs, end: 'survived', endedAt }
  if (news.id === undefined || news.phase === 'connect') return undefined
  return { ms: fatalOf(news, news.idleMs), end: endOf(news), endedAt }
}

function endOf({ planned, fate, phase }: Ended): SilenceEnd {
  if (planned || !ofSilence.has(fate)) return 'unseen'
  return phase === 'exchange' ? 'found' : 'cut'
}

/** Fates that a forgotten connection meets. */
const ofSilence: ReadonlySet<Ended['fate']> = new Set(['reset', 'timeout', 'closed'])

/** A client waits for its server's turn, the deadline (5 s, where nobody set another) and a second before it finds a zombie, ms. */
const overdueMs = 6000

/** Of a zombie that is found after so long a silence, the one that its server broke, ms. */
export const fatalOf = ({ zombie }: Pick<Ended, 'zombie'>, ms: number): number =>
  zombie ? Math.max(0, ms - overdueMs) : ms
