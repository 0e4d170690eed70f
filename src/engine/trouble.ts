import { type Ask, mostFlows } from '../evidence/source.ts'
import { flowKey, type Flow } from '../outcome/flow.ts'
import type { Observation } from '../outcome/observation.ts'
import { isDeath, isLate, isMiss } from '../diagnosis/case.ts'

/** Who is in trouble lately: whom evidence is asked about. */
export interface Trouble {
  /** True for what calls for an examination: a fault, a late opening, or a goodbye of the other side. */
  hear(observation: Observation): boolean
  ask(): Ask
}

/** Pinned ports that are well, in one examination at most: what a stale entry looks like is told by comparison. */
const mostWell = 4

export function trouble(): Trouble {
  const flows = new Map<string, Flow>() // a Map keeps insertion order: its first key is the oldest
  const well = new Map<string, Flow>()
  const accounts = new Map<string, Ask['accounts'][number]>()

  return {
    hear(news) {
      if (news.type === 'ended') {
        if (news.side !== 'client') return false
        if (news.planned) return news.fate === 'closed'
        if (!isDeath(news)) return false
        if (news.flow) keep(flows, flowKey(news.flow), news.flow, mostFlows - mostWell)
        if (news.id !== undefined && news.peer) keep(accounts, news.id, { id: news.id, peer: news.peer }, mostFlows)
        return true
      }
      if (news.type === 'opened') return news.side === 'client' && isLate(news)
      if (news.type !== 'asked') return news.type === 'strayed' && news.what === 'wrong-source'
      if (!isMiss(news)) {
        if (news.flow) keep(well, flowKey(news.flow), news.flow, mostWell)
        return false
      }
      if (news.flow) keep(flows, flowKey(news.flow), news.flow, mostFlows - mostWell)
      return true
    },
    ask: () => ({
      flows: [...new Map([...flows, ...well]).values()].toReversed(),
      accounts: [...accounts.values()].toReversed(),
    }),
  }
}

/** Keeps the newest `most`. */
function keep<T>(into: Map<string, T>, key: string, value: T, most: number): void {
  into.delete(key)
  into.set(key, value)
  const [oldest] = into.keys()
  if (into.size > most && oldest !== undefined) into.delete(oldest)
}
