import { checkCounted } from './counted.ts'
import { logChoose } from './stirling.ts'

/** P(k or more marked ones among `drawn`, where `marked` of `all` are): Fisher's exact test, one-sided. */
export function hypergeometricAtLeast(k: number, drawn: number, marked: number, all: number): number {
  checkCounted(marked, all)
  checkCounted(drawn, all)
  const unmarked = all - marked
  const most = Math.min(drawn, marked)
  if (k <= Math.max(0, drawn - unmarked)) return 1
  if (k > most) return 0
  let term = Math.exp(logChoose(marked, k) + logChoose(unmarked, drawn - k) - logChoose(all, drawn))
  let sum = term
  for (let i = k; i < most; i++) {
    term *= ((marked - i) / (i + 1)) * ((drawn - i) / (unmarked - drawn + i + 1))
    sum += term
  }
  return Math.min(1, sum)
}
