import { checkSpans } from './distribution/counted.ts'
import { hypergeometricAtLeast } from './distribution/hypergeometric.ts'
import { type Lives, livesOf } from './survival.ts'

/** How the silences of one side of a cliff ended. */
export interface Side {
  readonly died: number
  readonly survived: number
}

/** The age that best separates silences that were survived from those that were not. */
export interface Cliff {
  /** The shortest fatal silence beyond the cliff. */
  readonly age: number
  /** The threshold is above `after` and not above `by`. */
  readonly after: number
  readonly by: number
  readonly below: Side
  /** `age` and more. */
  readonly above: Side
  /** None died below and none survived above: `after` is the longest silence survived, `by` the shortest fatal one. */
  readonly clean: boolean
  /** At most so likely is so good a separation where age makes no difference. */
  readonly chance: number
}

/**
 * Finds the age below which few die and above which many do. The likeliest split wins, not the one with the fewest
 * exceptions: beyond a conntrack timeout every Nth silence survives, because the packet finds its backend again.
 */
export function cliff(died: readonly number[], survived: readonly number[]): Cliff | undefined {
  return cliffOf(livesOf(died, survived))
}

/** The same of lives that are counted already, each age once. */
export function cliffOf(lives: readonly Lives[]): Cliff | undefined {
  checkSpans(lives.flatMap(({ age, died, survived }) => [age, died, survived]))
  if (lives.every(({ died }) => died === 0)) return undefined
  const there = lives.filter(({ died, survived }) => died + survived > 0).toSorted((a, b) => a.age - b.age)
  const splits = splitsOf(there)
  const best = splits.toSorted((a, b) => b.nats - a.nats)[0]
  if (!best) return undefined
  const { below, above } = best
  const clean = below.died === 0 && above.survived === 0
  const near = clean ? [best] : splits.filter(({ nats }) => nats >= best.nats - doubtNats)
  return {
    age: best.age,
    after: near[0]?.previous ?? best.previous,
    by: near.at(-1)?.age ?? best.age,
    below,
    above,
    clean,
    chance: chanceOf(best, there.length),
  }
}

/**
 * A split that a lucky run of survivors made worse loses ln(1/chance of the run) nats: a loss above ln(2/0.05) is met
 * in one in forty at either side, so thresholds within it make an interval of 95 %.
 */
const doubtNats = Math.log(40)

interface Split {
  readonly previous: number
  readonly age: number
  readonly below: Side
  readonly above: Side
  /** Log-likelihood of what was seen, one probability of dying below and another above. */
  readonly nats: number
}

/** Every split in front of an age, where more of those above die than of those below. */
function splitsOf(lives: readonly Lives[]): Split[] {
  const splits: Split[] = []
  let [above, below, previous] = [sumOf(lives), { died: 0, survived: 0 }, 0]
  for (const { age, died, survived } of lives) {
    if (shareOf(above) >= shareOf(below))
      splits.push({ previous, age, below, above, nats: natsOf(below) + natsOf(above) })
    above = { died: above.died - died, survived: above.survived - survived }
    below = { died: below.died + died, survived: below.survived + survived }
    previous = age
  }
  return splits
}

const sumOf = (lives: readonly Lives[]): Side => ({
  died: lives.reduce((sum, { died }) => sum + died, 0),
  survived: lives.reduce((sum, { survived }) => sum + survived, 0),
})

const shareOf = ({ died, survived }: Side): number => (died === 0 ? 0 : died / (died + survived))

function natsOf({ died, survived }: Side): number {
  const all = died + survived
  return (died && died * Math.log(died / all)) + (survived && survived * Math.log(survived / all))
}

/** Fisher's exact test, times the splits there were to choose from (Bonferroni). */
function chanceOf({ below, above }: Split, choices: number): number {
  const [beyond, dead] = [above.died + above.survived, above.died + below.died]
  const all = beyond + below.died + below.survived
  return Math.min(1, choices * hypergeometricAtLeast(above.died, beyond, dead, all))
}
