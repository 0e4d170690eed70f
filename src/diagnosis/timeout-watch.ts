import type { Ended, Observation, Stamp } from '../outcome/observation.ts'
import { type PathChange, paths } from '../survival/paths.ts'
import type { Symptom } from './case.ts'
import { ring, type Ring } from './ring.ts'
import type { Rule } from './rule.ts'

/** The idle timeout of a path is not what it was: a symptom of its own, whatever the deaths by it are explained by. */
export interface TimeoutChange extends PathChange, Stamp {
  readonly type: 'timeout-changed'
}

/** Measures the idle timeouts of paths from silences, but for deaths that have another cause. */
export interface TimeoutWatch {
  fold(news: Observation): void
  /** These were explained by something that does not go by age: they are left out. */
  excuse(symptoms: readonly Symptom[]): void
  /** Newest last. */
  readonly changes: Ring<TimeoutChange>
}

/** A death waits for its explanation before it is counted, ms: evidence may come late. */
const patienceMs = 60_000
/** Deaths that wait at most; beyond them the oldest is counted as it is. */
const mostWaiting = 4096

export function timeoutWatch(): TimeoutWatch {
  const silences = paths()
  const changes = ring<TimeoutChange>(16)
  const excused = new WeakSet<Symptom>()
  let waiting: (Ended & Stamp)[] = []

  function take(news: Observation, { at, steady }: Stamp): void {
    const change = excused.has(news as Symptom) ? undefined : silences.fold(news) // whatever it is, it is not among them
    if (change) changes.push({ type: 'timeout-changed', at, steady, ...change })
  }

  function settle(now: Stamp): void {
    const isRipe = ({ at }: Stamp) => Math.abs(now.at - at) >= patienceMs // a clock may be set back
    const ripe = waiting.filter(isRipe)
    if (ripe.length === 0) return
    waiting = waiting.filter(each => !isRipe(each))
    for (const each of ripe) take(each, now)
  }

  return {
    changes,
    fold(news) {
      if (news.type === 'examined') return settle(news)
      if (news.type !== 'ended' || news.side !== 'client' || news.phase === 'connect') return take(news, news)
      waiting.push(news)
      const oldest = waiting.length > mostWaiting ? waiting.shift() : undefined
      if (oldest) take(oldest, news)
    },
    excuse(symptoms) {
      for (const symptom of symptoms) excused.add(symptom)
    },
  }
}

/** Mechanisms of the family that forget at one moment, whatever the age. */
const events: ReadonlySet<string> = new Set(['conntrack-flush', 'ipvs-server-removed', 'out-of-window'])

/** Whether what a rule explains may be dead of its age: its family forgets who is silent, and what nobody explains may be anything. */
export const isOfAge = ({ name, family }: Pick<Rule, 'name' | 'family'>): boolean =>
  family === 'unexplained' || (family === 'forgotten-flow' && !events.has(name))

/** The silence by which a change was measured, ms: the longer of the two fatal ones. */
export const silenceMsOf = ({ before, now }: Pick<TimeoutChange, 'before' | 'now'>): number =>
  Math.max(before.timeout?.highMs ?? 0, now.timeout?.highMs ?? 0)
