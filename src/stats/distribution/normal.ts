import { checkProbability } from './counted.ts'
import { crossing } from './crossing.ts'

/** P(a standard normal variable is z or more). A&S 26.2.11 near the middle, the continued fraction A&S 26.2.14 in the tail. */
export function normalAtLeast(z: number): number {
  if (z < 0) return 1 - normalAtLeast(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  return z < 3 ? 0.5 - density * oddSeries(z) : density / fraction(z)
}

/** The z that a standard normal variable exceeds with probability `p`: 1.96 for 0.025. */
export function normalQuantile(p: number): number {
  checkProbability(p)
  if (p > 0.5) return -normalQuantile(1 - p)
  return crossing(z => -normalAtLeast(z), -p, 0, 40)
}

/** z + z³/3 + z⁵/(3·5) + … */
function oddSeries(z: number): number {
  let term = z
  let sum = z
  for (let i = 3; term > sum * 1e-17; i += 2) {
    term *= (z * z) / i
    sum += term
  }
  return sum
}

/** z + 1/(z + 2/(z + 3/(z + …))); 150 levels are enough from 3 on. */
function fraction(z: number): number {
  let value = z
  for (let i = 150; i > 0; i--) value = z + i / value
  return value
}
