import type { Case, Question } from './case.ts'
import { isMiss } from './case.ts'
import { sentIn } from './questions.ts'
import { doubt } from './repicked.ts'
import type { Stretch } from './stretches.ts'
import { type Target, targetsOf } from './targets.ts'

/** Who answered: instances, where answers name them (echo does, DNS does not). */
export const instancesOf = (questions: readonly Question[]): ReadonlySet<string> =>
  new Set(questions.flatMap(({ fate, by }) => (fate === 'ok' && by !== undefined ? [by] : [])))

/** A port that goes on being answered by somebody whom new ports to the same address do not meet. */
export interface Loyal {
  readonly target: Target
  readonly to: string
  readonly answers: readonly Question[]
  /** Answers to new ports meanwhile, by others. */
  readonly others: readonly Question[]
}

/** Of pinned ports meanwhile. Each new port meets one of N servers: one of them is not missed this often by chance. */
export const loyalIn = (of: Case, meanwhile: Pick<Stretch, 'from' | 'to'>): readonly Loyal[] =>
  targetsOf(of).flatMap(target =>
    target.pinned.flatMap(port => {
      const answers = sentIn([port], meanwhile)
      const [to, ...more] = instancesOf(answers)
      const others = sentIn(target.fresh, meanwhile)
      const met = instancesOf(others)
      if (to === undefined || more.length > 0 || answers.some(isMiss) || met.size === 0 || met.has(to)) return []
      return (1 - 1 / (met.size + 1)) ** others.length <= doubt ? [{ target, to, answers, others }] : []
    }),
  )
