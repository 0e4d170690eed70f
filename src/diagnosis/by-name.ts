import type { Case, Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { sentIn } from './questions.ts'
import { doubt } from './repicked.ts'
import { hypergeometricAtLeast } from '../stats/distribution/hypergeometric.ts'
import { type Target, targetsOf } from './targets.ts'

/**
 * Whether it is what is asked that fails in this way at a server: some names always, others never. Nothing that
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
  const fates = new Set(bad.map(({ fate }) => fate))
  const isAlike = ({ fate }: Question) => fates.has(fate)
  const same = asked.filter(({ question }) => names.has(question))
  const failed = same.filter(isAlike).length
  const others = asked.filter(({ question }) => !names.has(question))
  const failedToo = others.filter(isAlike).length
  return (
    others.length > 0 &&
    hypergeometricAtLeast(failed, same.length, failed + failedToo, asked.length) <= doubt &&
    failed >= 0.9 * same.length
  )
}

const portsOf = ({ pinned, fresh }: Target): readonly ProbeHistory[] => [...pinned, ...fresh]
