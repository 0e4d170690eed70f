import { isDeepStrictEqual } from 'node:util'
import type { Observation, OfCohort, OptionsSet, Stamp, Swept } from '../../outcome/observation.ts'

/** Makes one gauge of those that several processes tell of one cohort, where the last one told replaces the one before. */
export interface Gauges {
  /** What is told in its place; `undefined`: nothing new. Whatever is no gauge is told as it is. */
  merge(process: number, observation: Observation): Observation | undefined
  /** That process is gone, and what it saw with it. */
  forget(process: number): void
}

export function gauges(): Gauges {
  const sweeps = new Map<string, Map<number, Swept>>()
  const options = new Map<string, OptionsSet>()

  function sweep(process: number, swept: Swept & Stamp): Observation {
    const key = keyOf(swept)
    const each = sweeps.get(key) ?? new Map<number, Swept>()
    sweeps.set(key, each.set(process, swept))
    const all = [...each.values()]
    const sum = (count: (one: Swept) => number) => all.reduce((so, one) => so + count(one), 0)
    return {
      ...swept,
      connections: sum(one => one.connections),
      probing: sum(one => one.probing),
      backingOff: sum(one => one.backingOff),
      oldestAckMs: Math.max(...all.map(one => one.oldestAckMs)),
    }
  }

  /** What every process of a machine finds the same is told once. */
  function read(set: OptionsSet & Stamp): Observation | undefined {
    const key = keyOf(set)
    const { configured, effective } = set
    const before = options.get(key)
    if (
      before &&
      isDeepStrictEqual({ configured, effective }, { configured: before.configured, effective: before.effective })
    )
      return undefined
    options.set(key, set)
    return set
  }

  return {
    merge(process, news) {
      if (news.type === 'swept') return sweep(process, news)
      if (news.type === 'options-set') return read(news)
      if (news.type === 'retired' && 'cohort' in news.series) {
        sweeps.delete(keyOf(news.series))
        options.delete(keyOf(news.series))
      }
      return news
    },
    forget(process) {
      for (const each of sweeps.values()) each.delete(process)
    },
  }
}

const keyOf = ({ side, kind, cohort, path }: OfCohort): string => `${side} ${kind} ${path} ${cohort}`
