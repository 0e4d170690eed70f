import type { Case } from '../case.ts'
import { sentIn } from '../questions.ts'
import { targetsOf } from '../targets.ts'
import type { Slow } from './slow.ts'

/** Whoever else was asked meanwhile, over the same network by the same process. */
export interface Others {
  /** Names of those who answered soon, and how often. */
  readonly quick: readonly string[]
  readonly answers: number
  /** Those who were slow as well. */
  readonly slow: readonly string[]
}

/** Fewer answers than these tell nothing. */
const least = 5

/** Quick is what takes less than half of the shortest late answer: nothing that delays all alike spares these. */
export function othersMeanwhile(of: Case, slow: Slow): Others {
  const limitUs = (Math.min(...slow.late) * 1000) / 2
  const asked = targetsOf(of)
    .filter(({ called }) => called !== slow.target.called)
    .map(({ called, pinned, fresh }) => ({
      called,
      times: sentIn([...pinned, ...fresh], slow).map(({ tookUs, fate }) => (fate === 'ok' ? tookUs : Infinity)),
    }))
  const spoken = of.cohorts.map(({ of: { cohort }, exchanges }) => ({
    called: cohort,
    times: [...exchanges].filter(({ at }) => at >= slow.from && at <= slow.to).map(({ tookUs }) => tookUs),
  }))
  const heard = [...asked, ...spoken].filter(({ times }) => times.length >= least)
  const isQuick = ({ times }: (typeof heard)[number]) => times.filter(us => us <= limitUs).length >= 0.9 * times.length
  return {
    quick: heard.filter(isQuick).map(({ called }) => called),
    answers: heard.filter(isQuick).reduce((sum, { times }) => sum + times.length, 0),
    slow: heard.filter(each => !isQuick(each)).map(({ called }) => called),
  }
}
