import type { Case, Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { isHeard, sentIn } from './questions.ts'
import { doubt } from './repicked.ts'
import { hypergeometricAtLeast } from '../stats/distribution/hypergeometric.ts'
import { type Target, targetsOf } from './targets.ts'

/**
 * Whether what fails at a server is what is asked: some names always, others at the same server never. Nothing that
 * carries packets reads names.
 */
export function isOfNames(
  of: Case,
  port: ProbeHistory,
  bad: readonly Question[],
  meanwhile: { readonly from: number; readonly to: number },
): boolean {
  const names = new Set(bad.map(({ question }) => question))
  const target = targetsOf(of).find(({ pinned, fresh }) => [...pinned, ...fresh].includes(port))
  if (!target || names.has(undefined)) return false
  const asked = sentIn(portsOf(target), meanwhile)
  const same = asked.filter(({ question }) => names.has(question))
  const failed = same.filter(each => !isGood(each)).length
  const others = asked.filter(({ question }) => !names.has(question))
  const failedToo = others.filter(each => !isGood(each)).length
  return (
    others.length > 0 &&
    hypergeometricAtLeast(failed, same.length, failed + failedToo, asked.length) <= doubt &&
    failed >= 0.9 * same.length
  )
}

const isGood = (question: Question): boolean => isHeard(question) && question.fate === 'ok'
const portsOf = ({ pinned, fresh }: Target): readonly ProbeHistory[] => [...pinned, ...fresh]
