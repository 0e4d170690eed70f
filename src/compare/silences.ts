import type { Ended, Exchanged, OfCohort, Opened, Stamp } from '../outcome/observation.ts'
import { isFault } from '../record/snapshot.ts'
import type { Lives } from '../stats/survival.ts'

/** Keeps account of silences that begin and end: one entry a connection that is open, one an age. */
export interface Silences {
  fold(news: (Opened | Exchanged | Ended) & Stamp): void
  /** The process is gone, or the range is over: nobody sees how the silences going on now end. */
  stop(steady: number): void
  of(cohort: OfCohort): Lives[]
}

/**
 * Silences that began while it watched; those going on before that began unseen, and which of them had ended already nobody knows.
 * Ages keep three digits: two silences of 15m differ by a tick and are of one age. Suspect times are left out.
 */
export function silences(): Silences {
  const since = new Map<string, { readonly ages: Ages; readonly steady: number }>()
  const ages = new Map<string, Ages>()

  function agesOf(of: OfCohort): Ages {
    const key = seriesKey(of)
    const there = ages.get(key) ?? new Map<number, Life>()
    ages.set(key, there)
    return there
  }

  function begin(news: OfCohort & Stamp, id: string): void {
    since.set(`${news.side} ${id}`, { ages: agesOf(news), steady: news.steady })
  }

  function fold(news: (Opened | Exchanged | Ended) & Stamp): void {
    const { id } = news
    if (id === undefined) return
    if (news.type === 'opened') return begin(news, id)
    const key = `${news.side} ${id}`
    if (since.has(key) && !news.suspect) {
      const died = news.type === 'ended' && isFault(news)
      count(agesOf(news), news.idleMs, died ? 'died' : 'survived')
    }
    if (news.type === 'exchanged') begin(news, id)
    else since.delete(key)
  }

  return {
    fold,
    stop(steady) {
      for (const each of since.values()) count(each.ages, steady - each.steady, 'survived')
      since.clear()
    },
    of: cohort => [...agesOf(cohort)].map(([age, life]) => ({ age, ...life })),
  }
}

interface Life {
  died: number
  survived: number
}
type Ages = Map<number, Life>

function count(ages: Ages, ageMs: number, how: keyof Life): void {
  const age = Number((ageMs > 0 ? ageMs : 0).toPrecision(3))
  const life = ages.get(age)
  if (life) life[how] += 1
  else ages.set(age, { died: 0, survived: 0, [how]: 1 })
}

export const seriesKey = ({ side, kind, cohort, path }: OfCohort): string => `${side} ${kind} ${cohort} ${path}`
