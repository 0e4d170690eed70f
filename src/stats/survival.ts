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

/**
 * Kaplan and Meier's estimate from ages at death, and ages of those last seen alive (right-censored: at a tie they
 * outlive the dead). The interval is the log-log one, which stays between 0 and 1 (R: `survfit(conf.type = "log-log")`).
 */
export function survivalCurve(died: readonly number[], survived: readonly number[], confidence = 0.95): Step[] {
  checkSpans(died)
  checkSpans(survived)
  checkConfidence(confidence)
  const z = normalQuantile((1 - confidence) / 2)
  const dead = died.toSorted((a, b) => a - b)
  const alive = survived.toSorted((a, b) => a - b)
  const steps: Step[] = []
  let [survival, greenwood, lost] = [1, 0, 0]
  for (let i = 0, next = 0; i < dead.length; i = next) {
    const age = dead[i] ?? 0
    while ((alive[lost] ?? Infinity) < age) lost += 1
    while (dead[next] === age) next += 1
    const [deaths, atRisk] = [next - i, dead.length - i + alive.length - lost]
    survival *= 1 - deaths / atRisk
    greenwood += deaths / (atRisk * (atRisk - deaths))
    const error = survival === 0 ? 0 : survival * Math.sqrt(greenwood)
    steps.push({ age, atRisk, deaths, survival, error, ...logLog(survival, error, z, steps.at(-1)?.high) })
  }
  return steps
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
