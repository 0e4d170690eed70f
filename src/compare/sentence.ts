import { span } from '../record/tables/words.ts'
import type { Comparison } from './compare.ts'
import { between, chance, hours, number, perThousandHours, share } from './words.ts'

/** What it comes to, in plain words. */
export function sentenceOf(comparison: Comparison): string {
  const { result, because } = comparison.decision
  if (result === 'too little exposure') return tooLittleText(comparison)
  if (because === 'negligible') return negligibleText(comparison)
  if (result === 'no difference') return alikeText(comparison)
  return because === 'never up' ? neverUpText(comparison) : faultsText(comparison)
}

function faultsText({ decision, total }: Comparison): string {
  const { ratio, p } = total.ratio
  const many =
    ratio === Infinity || ratio === 0 ? '' : `, ${number(ratio ?? 1)} times as many (${between(total.ratio, number)})`
  return `B is ${decision.result}: ${ratesText(total)}${many}; ${chance(p)}.`
}

const neverUpText = ({ connects: { b, neverUp } }: Comparison): string =>
  `B is worse: ${neverUp.join(', ')} never came up (${b.failed} of ${b.of} attempts of B to connect failed), and what it is compared with in A did.`

function negligibleText({ total, demands }: Comparison): string {
  const { negligible = 0 } = demands
  const most = perThousandHours(total.b.faults.high)
  return `No difference that matters: B loses ${most} connections or fewer in 1000 connection-hours, and ${perThousandHours(negligible)} are negligible.`
}

function alikeText({ decision, demands, total }: Comparison): string {
  const sight = `a rate ${number(decision.detectableRatio ?? Infinity)} times as high would have been found in ${share(demands.power)} of cases`
  return `No difference that this much exposure could show: ${ratesText(total)}; ${chance(total.ratio.p)}; ${sight}.`
}

function tooLittleText({ a, b, decision, demands, total }: Comparison): string {
  const { detectable, detectableRatio, times, atLeast } = decision
  const [ofA, ofB] = [total.a.faults.exposure, total.b.faults.exposure]
  if (detectable === Infinity) {
    const idle = [ofA === 0 && 'A', ofB === 0 && 'B'].filter(Boolean).join(' and ')
    return `Too little exposure to tell: ${idle || 'neither'} held no connection in this time.`
  }
  const sight =
    detectableRatio === undefined
      ? `B would have been found worse at ${perThousandHours(detectable)} per 1000 connection-hours or more`
      : `only a rate ${number(detectableRatio)} times as high would have been found`
  const start = `Too little exposure to tell: ${ratesText(total)}; ${sight}.`
  if (times === undefined) return start
  const more = times - 1
  const lasted = Math.max(a.toMs - a.fromMs, b.toMs - b.fromMs)
  const aim = `${number(demands.ratio)} times the rate`
  return `${start} To find ${aim} takes ${atLeast ? 'at least ' : ''}${hours(ofA * more)} more in A and ${hours(ofB * more)} more in B: ${span(lasted * more)} at this pace.`
}

function ratesText({ a, b }: Comparison['total']): string {
  const rate = ({ faults }: typeof a) => perThousandHours(faults.events / faults.exposure)
  if (a.faults.events + b.faults.events === 0)
    return `neither lost a connection, in ${hours(a.faults.exposure)} and ${hours(b.faults.exposure)}`
  return `B loses ${rate(b)} connections in 1000 connection-hours, A ${rate(a)}`
}
