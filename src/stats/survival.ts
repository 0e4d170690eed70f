import { checkConfidence, checkSpans, type Interval } from './distribution/counted.ts'
import { normalQuantile } from './distribution/normal.ts'
import { rateInterval } from './poisson.ts'

/** The survival curve from an age at which somebody died until the next such age. */
export interface Step extends Interval {
  readonly age: number
  /** So many had neither died nor been lost sight of before this age. */
  readonly atRisk: number
  readonly deaths: number
  /** The share that outlives this age, and its interval in `low` and `high`. */
  readonly survival: number
  /** Greenwood's standard error of it. */
  readonly error: number
}

/** How many died at an age, and how many were last seen alive at it. */
export interface Lives {
  readonly age: number
  readonly died: number
  readonly survived: number
}

/**
 * Kaplan and Meier's estimate from ages at death, and ages of those last seen alive (right-censored: at a tie they
 * outlive the dead). The interval is the log-log one, which stays between 0 and 1 (R: `survfit(conf.type = "log-log")`).
 */
export function survivalCurve(died: readonly number[], survived: readonly number[], confidence = 0.95): Step[] {
  return curveOf(livesOf(died, survived), confidence)
}

/** The same of lives that are counted already, each age once: as many as there are ages, however many lives. */
export function curveOf(lives: readonly Lives[], confidence = 0.95): Step[] {
  checkConfidence(confidence)
  checkSpans(lives.flatMap(({ age, died, survived }) => [age, died, survived]))
  const z = normalQuantile((1 - confidence) / 2)
  const steps: Step[] = []
  let atRisk = lives.reduce((sum, { died, survived }) => sum + died + survived, 0)
  let [survival, greenwood] = [1, 0]
  for (const { age, died, survived } of lives.toSorted((a, b) => a.age - b.age)) {
    if (died > 0) {
      survival = died === atRisk ? 0 : survival * (1 - died / atRisk)
      greenwood += died / (atRisk * (atRisk - died))
      const error = survival === 0 ? 0 : survival * Math.sqrt(greenwood)
      steps.push({ age, atRisk, deaths: died, survival, error, ...logLog(survival, error, z, steps.at(-1)?.high) })
    }
    atRisk -= died + survived
  }
  return steps
}

/** Counts lives by age, the youngest first. */
export function livesOf(died: readonly number[], survived: readonly number[]): Lives[] {
  checkSpans(died)
  checkSpans(survived)
  const at = new Map<number, { age: number; died: number; survived: number }>()
  for (const [ages, what] of [
    [died, 'died'],
    [survived, 'survived'],
  ] as const)
    for (const age of ages) {
      const there = at.get(age) ?? { age, died: 0, survived: 0 }
      there[what] += 1
      at.set(age, there)
    }
  return [...at.values()].sort((a, b) => a.age - b.age)
}

/** Once nobody is left, Greenwood's variance has no value: all that is known is that no more outlive this age than the last. */
function logLog(survival: number, error: number, z: number, before = 1): Interval {
  if (survival === 0) return { low: 0, high: before }
  const log = Math.log(survival)
  const spread = Math.exp((z * error) / (survival * -log))
  return { low: Math.exp(log * spread), high: Math.exp(log / spread) }
}

/** The age that half do not outlive, with the ages at which the curve's interval crosses a half; Infinity: not reached. */
export function median(curve: readonly Step[]): Interval & { readonly age: number } {
  const reached = (value: (step: Step) => number) => curve.find(step => value(step) <= 0.5 + 1e-12)?.age ?? Infinity
  return { age: reached(step => step.survival), low: reached(step => step.low), high: reached(step => step.high) }
}

/** Deaths per exposure at ages from `from` up to, not including, `to`. */
export interface Hazard extends Interval {
  readonly deaths: number
  /** Time spent at these ages by all, the dead and the survivors. */
  readonly exposure: number
  /** Deaths per unit of age; without a value where nobody was of that age. Exact interval in `low` and `high`. */
  readonly rate: number | undefined
}

export function hazard(
  died: readonly number[],
  survived: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  confidence = 0.95,
): Hazard {
  checkSpans(died)
  checkSpans(survived)
  const deaths = died.filter(age => age >= from && age < to).length
  const exposure = [...died, ...survived].reduce((sum, age) => sum + Math.max(0, Math.min(age, to) - from), 0)
  return {
    deaths,
    exposure,
    rate: exposure === 0 ? undefined : deaths / exposure,
    ...rateInterval({ events: deaths, exposure }, confidence),
  }
}
