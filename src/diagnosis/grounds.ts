import { fatalOf } from '../survival/silence.ts'
import { type Case, seriesNames, type Symptom } from './case.ts'
import { silenceMsOf } from './timeout-watch.ts'

/** What an open verdict stands on. It may be open for weeks: what is too old to be judged again is only counted. */
export interface Grounds {
  /** Those that the case still tells of. */
  readonly recent: ReadonlySet<Symptom>
  readonly count: number
  /** Epoch ms of the first and the last of them. */
  readonly since: number
  readonly lastAt: number
  /** Cohorts and probes that met it. */
  readonly series: readonly string[]
  /** The longest silence before any of them, and the shortest that was fatal, ms. */
  readonly longestMs: number
  readonly fatalMs: number
  /** Openings failed, or took too long. */
  readonly isOfOpening: boolean
  /** Any of them, ever. */
  has(symptom: Symptom): boolean
  add(symptoms: readonly Symptom[]): void
  /** Lets go of those that the case does not tell of any more, and returns them. */
  prune(told: ReadonlySet<Symptom>): readonly Symptom[]
}

export function newGrounds(): Grounds {
  const recent = new Set<Symptom>()
  const known = new WeakSet<Symptom>()
  const series = new Set<string>()
  let [count, since, lastAt, longestMs, fatalMs] = [0, Infinity, -Infinity, 0, Infinity]
  let isOfOpening = false

  function add(symptom: Symptom): void {
    if (known.has(symptom)) return
    known.add(symptom)
    recent.add(symptom)
    for (const name of seriesNames(symptom)) series.add(name)
    count += 1
    since = Math.min(since, symptom.at)
    lastAt = Math.max(lastAt, symptom.at)
    if (symptom.type === 'timeout-changed') longestMs = Math.max(longestMs, silenceMsOf(symptom))
    else if ('idleMs' in symptom) longestMs = Math.max(longestMs, symptom.idleMs)
    if (symptom.type === 'opened' || (symptom.type === 'ended' && symptom.phase === 'connect')) isOfOpening = true
    else if (symptom.type === 'ended') fatalMs = Math.min(fatalMs, fatalOf(symptom, symptom.idleMs))
  }

  return {
    recent,
    get count() {
      return count
    },
    get since() {
      return since
    },
    get lastAt() {
      return lastAt
    },
    get series() {
      return [...series].toSorted()
    },
    get longestMs() {
      return longestMs
    },
    get fatalMs() {
      return fatalMs
    },
    get isOfOpening() {
      return isOfOpening
    },
    has: symptom => known.has(symptom),
    add: symptoms => symptoms.forEach(add),
    prune(told) {
      const old = [...recent].filter(symptom => !told.has(symptom))
      for (const symptom of old) recent.delete(symptom)
      return old
    },
  }
}

/** All that a case tells of. */
export const symptomsOf = ({ deaths, lateOpenings, goodbyes, misses, changes }: Case): ReadonlySet<Symptom> =>
  new Set<Symptom>([...deaths, ...lateOpenings, ...goodbyes, ...misses, ...changes])
