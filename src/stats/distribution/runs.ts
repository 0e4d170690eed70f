import { normalAtLeast } from './normal.ts'
import { logChoose } from './stirling.ts'

/** How likely so few runs are, or so many, where `ones` and `others` come in random order. */
export interface RunsTails {
  readonly atMost: number
  readonly atLeast: number
}

/** A. Wald and J. Wolfowitz (1940). Exact unless both sorts are many, and then normal with continuity correction. */
export const runsTails = (runs: number, ones: number, others: number): RunsTails =>
  Math.min(ones, others) <= 1000 ? exact(runs, ones, others) : normal(runs, ones, others)

function exact(runs: number, ones: number, others: number): RunsTails {
  let [fewer, same, more] = [0, 0, 0]
  for (let r = 1; r <= 2 * Math.min(ones, others) + 1; r++) {
    const chance = orders(r, ones, others)
    if (r < runs) fewer += chance
    else if (r === runs) same = chance
    else more += chance
  }
  return { atMost: Math.min(1, fewer + same), atLeast: Math.min(1, same + more) }
}

/** The share of all orders that have exactly so many runs: runs alternate, so both sorts have half of them each. */
function orders(runs: number, ones: number, others: number): number {
  if (ones === 0 || others === 0) return runs === 1 ? 1 : 0
  const all = logChoose(ones + others, ones)
  const cut = (a: number, b: number) => Math.exp(logChoose(ones - 1, a - 1) + logChoose(others - 1, b - 1) - all)
  const half = Math.floor(runs / 2)
  return runs % 2 === 0 ? 2 * cut(half, half) : cut(half + 1, half) + cut(half, half + 1)
}

function normal(runs: number, ones: number, others: number): RunsTails {
  const mean = expectedRuns(ones, others)
  const deviation = Math.sqrt(((mean - 1) * (mean - 2)) / (ones + others - 1))
  return {
    atMost: normalAtLeast((mean - runs - 0.5) / deviation),
    atLeast: normalAtLeast((runs - 0.5 - mean) / deviation),
  }
}

/** Of a random order. */
export const expectedRuns = (ones: number, others: number): number =>
  ones + others === 0 ? 0 : 1 + (2 * ones * others) / (ones + others)
