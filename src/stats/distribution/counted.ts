/** An interval for what cannot be seen itself; both ends belong to it. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Nonsense in would be nonsense out, with many digits: a bug of the caller, RangeError. */
export function checkCounted(k: number, n: number): void {
  if (!(Number.isSafeInteger(k) && Number.isSafeInteger(n) && k >= 0 && k <= n)) throw new RangeError(`${k} of ${n}`)
}

/** A probability, an alpha. */
export function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability of ${p}`)
}

/** A confidence is never certain: an interval that cannot be wrong says nothing. */
export function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`a confidence of ${confidence}`)
}

/** Ages, silences, exposures: finite, zero or more. */
export function checkSpans(spans: readonly number[]): void {
  const wrong = spans.find(span => !(span >= 0 && span < Infinity))
  if (wrong !== undefined) throw new RangeError(`a span of ${wrong}`)
}
