import type { Clock } from '../clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { KeptVerdict } from '../record/verdicts.ts'

/** What a round found. */
export interface Conclusion {
  /** All of this run, open ones first; those that another one took the place of are left out. */
  readonly verdicts: readonly KeptVerdict[]
  readonly sentence: string
  readonly exitCode: number
}

/** A verdict that was no plan: open at the end, or open for a while. */
export const exitFound = 3
/** So long a fault waits for its verdict, ms: what explains it may come a moment later, and only then it is called unexplained. */
const patienceMs = 6000

/** Why a run ends that was to be one round. */
export const roundIsOver = 'the round is over'
export const timeIsUp = 'time is up'

/** Judges what a round has seen. `reason`: why it ended. */
export async function conclude(engine: Engine, clock: Clock, reason: string): Promise<Conclusion> {
  const isWhole = reason === roundIsOver || reason === timeIsUp
  const lastFault = engine.snapshot().faults[0]?.at ?? -Infinity
  if (isWhole && clock.now() - lastFault < patienceMs) await clock.sleep(patienceMs)
  await engine.conclude()
  return conclusionOf(engine.snapshot(), isWhole ? undefined : reason)
}

/** `cutShort`: what ended the round before it was over. */
export function conclusionOf(
  { run, verdicts: every }: Pick<ReturnType<Engine['snapshot']>, 'run' | 'verdicts'>,
  cutShort?: string,
): Conclusion {
  const verdicts = every.filter(each => each.openedAt >= (run?.at ?? 0) && each.supersededBy === undefined)
  const faults = verdicts.filter(({ planned }) => !planned).length
  const plans = verdicts.length - faults
  const found = faults === 0 ? 'nothing is wrong' : many(faults, 'verdict')
  const words = `${found}${plans > 0 ? `, ${many(plans, 'planned verdict')}` : ''}`
  if (cutShort === undefined) return { verdicts, sentence: `one round: ${words}`, exitCode: faults > 0 ? exitFound : 0 }
  return {
    verdicts,
    sentence: `the round was cut short (${cutShort}): ${words} so far`,
    exitCode: faults > 0 ? exitFound : 1,
  }
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
