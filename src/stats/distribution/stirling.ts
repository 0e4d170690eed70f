/**
 * What Stirling's formula leaves out: ln n! − ln(√(2πn) (n/e)ⁿ), for n above 0. Series: DLMF 5.11.1, whose error is
 * below the first term left out (DLMF 5.11(ii)), here 1e-16.
 */
export function stirlingError(n: number): number {
  if (n < 16) return logFactorial(n) - (n + 0.5) * Math.log(n) + n - Math.log(2 * Math.PI) / 2
  const square = n * n
  return (
    (1 / 12 -
      (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360_360 / square) / square) / square) / square) / square) /
    n
  )
}

/** x ln(x/mean) + mean − x: how far a count is from its mean, in nats. x and mean above 0. */
export function deviance(x: number, mean: number): number {
  if (x > 100 * mean) return x * (Math.log(x) - Math.log(mean)) + mean - x // x/mean may be more than there are numbers
  const off = (x - mean) / mean
  return mean * ((1 + off) * Math.log1p(off) - off)
}

/** ln of the number of ways to choose k of n; −Infinity where there is none. */
export function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity
  if (k === 0 || k === n) return 0
  const error = stirlingError(n) - stirlingError(k) - stirlingError(n - k)
  const root = Math.log(n / (2 * Math.PI * k * (n - k))) / 2
  return error + root - k * Math.log(k / n) - (n - k) * Math.log1p(-k / n)
}

function logFactorial(n: number): number {
  let product = 1
  for (let i = 2; i <= n; i++) product *= i
  return Math.log(product)
}
