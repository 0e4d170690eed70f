import type { Case, Death, Question } from './case.ts'
import { isTrusted } from './case.ts'
import type { Meanwhile } from './rises.ts'

/** For how long our own event loop stood still meanwhile, ms. */
export function stalledMs({ disturbed }: Case, { from, to }: Meanwhile): number {
  const stalls = disturbed.filter(({ what }) => what === 'loop-stall')
  return stalls.reduce((sum, { at, ms }) => sum + Math.max(0, Math.min(at, to) - Math.max(at - ms, from)), 0)
}

/**
 * A timeout says something about others unless we stood still for a good part of the wait: what came meanwhile is only read
 * afterwards. Where the stalls are not known any more, nothing may be concluded. The kernel does not stand still with us: if
 * it sent again what was not acknowledged, nobody heard it.
 */
export function isOthers(of: Case, symptom: Death | Question): boolean {
  if (isTrusted(symptom) || isUnheard(symptom)) return true
  const waitedMs = symptom.tookUs / 1000
  const stood = stalledMs(of, { from: symptom.at - waitedMs, to: symptom.at + lateMs })
  return stood > 0 && stood < waitedMs / 2
}

const isUnheard = (symptom: Death | Question): boolean =>
  'tcpInfo' in symptom &&
  symptom.tcpInfo !== undefined &&
  symptom.tcpInfo.unacked > 0 &&
  symptom.tcpInfo.totalRetrans > 0

/** A stall is told by the tick after it. */
const lateMs = 250
