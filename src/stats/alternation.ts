import { expectedRuns, runsTails } from './distribution/runs.ts'
import { logChoose } from './distribution/stirling.ts'

/** Outcomes in the order they came; `true` is a bad one. */
export type Outcomes = readonly boolean[]

/** Runs are stretches of outcomes of one sort. */
export interface Runs {
  readonly runs: number
  /** In a random order. */
  readonly expected: number
  /** How likely so few runs are by chance: outcomes come in blocks. */
  readonly tooFew: number
  /** How likely so many are: outcomes alternate. */
  readonly tooMany: number
  /** Both together. */
  readonly p: number
}

/** Wald and Wolfowitz's test of whether outcomes come in random order. */
export function runsTest(outcomes: Outcomes): Runs {
  const bad = outcomes.filter(Boolean).length
  const good = outcomes.length - bad
  const runs = outcomes.filter((each, i) => each !== outcomes[i - 1]).length
  const expected = expectedRuns(bad, good)
  if (bad === 0 || good === 0) return { runs, expected, tooFew: 1, tooMany: 1, p: 1 }
  const { atMost, atLeast } = runsTails(runs, bad, good)
  return { runs, expected, tooFew: atMost, tooMany: atLeast, p: Math.min(1, 2 * Math.min(atMost, atLeast)) }
}

/** Outcomes that repeat: round robin over N with one bad has length N and one bad in its pattern. */
export interface Period {
  readonly length: number
  /** What comes at each place of a period, from the first outcome on. */
  readonly pattern: Outcomes
  /** Outcomes that are not as the pattern says. */
  readonly exceptions: number
  /** So often was the whole pattern seen. */
  readonly full: number
  /** How likely a random order of as many bad ones repeats itself as strictly, at this length or a shorter one. 1 where there are exceptions. */
  readonly chance: number
}

/**
 * The shortest period, of length 8 at most, that explains the outcomes with no more than so many exceptions. It has to be
 * seen twice. Length 1: all are alike.
 */
export function period(outcomes: Outcomes, exceptions = 0): Period | undefined {
  for (let length = 1; length <= 8 && 2 * length <= outcomes.length; length++) {
    const pattern = Array.from({ length }, (_, phase) => mostlyBad(outcomes.filter((_, i) => i % length === phase)))
    const found = outcomes.filter((each, i) => each !== pattern[i % length]).length
    if (found > exceptions) continue
    const full = Math.floor(outcomes.length / length)
    return { length, pattern, exceptions: found, full, chance: found === 0 ? repeating(outcomes, length) : 1 }
  }
  return undefined
}

const mostlyBad = (outcomes: Outcomes): boolean => 2 * outcomes.filter(Boolean).length > outcomes.length

/** The share of all orders of these outcomes that repeat with this length or a shorter one. */
function repeating(outcomes: Outcomes, longest: number): number {
  const bad = outcomes.filter(Boolean).length
  const all = logChoose(outcomes.length, bad)
  let share = 0
  for (let length = 1; length <= longest; length++) {
    const full = Math.floor(outcomes.length / length)
    const rest = outcomes.length % length
    // The first `rest` places of the pattern come up once more than the others.
    for (let early = 0; early <= rest; early++) {
      const late = (bad - early * (full + 1)) / full
      if (Number.isInteger(late)) share += Math.exp(logChoose(rest, early) + logChoose(length - rest, late) - all)
    }
  }
  return Math.min(1, share)
}

/**
 * How good and bad outcomes follow each other. `alternating`: they take turns too often for chance, if not strictly.
 * `mixed`: nothing speaks against each being bad by chance, for itself.
 */
export type Rhythm = 'constant' | 'periodic' | 'alternating' | 'blocks' | 'mixed'

/** Each rhythm is named only where a random order would look like it once in 1/alpha times; too few outcomes are `mixed`. */
export function rhythmOf(outcomes: Outcomes, alpha = 0.001): Rhythm {
  if (outcomes.every(each => each === outcomes[0])) return 'constant'
  if ((period(outcomes)?.chance ?? 1) <= alpha) return 'periodic'
  const { tooFew, tooMany } = runsTest(outcomes)
  if (tooMany <= alpha) return 'alternating'
  return tooFew <= alpha ? 'blocks' : 'mixed'
}
