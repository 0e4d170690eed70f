import { type Fate, fates, type HoldPhase, holdPhases } from '../outcome/fate.ts'

/** One way for a held connection, or the attempt to open one, to end. */
export interface Ending {
  readonly fate: Exclude<Fate, 'ok'>
  readonly phase: HoldPhase
  readonly planned: boolean
}

/**
 * Every ending there is: any fate of a stream in any phase, planned or not. But a bug is never planned, and our own
 * cancellation always is. (42 of them: metrics show each from the first scrape.)
 */
export const endings: readonly Ending[] = fates
  .filter(fate => fate !== 'ok' && fate !== 'wrong-source')
  .flatMap(fate => holdPhases.flatMap(phase => plans(fate).map(planned => ({ fate, phase, planned }))))

/** Where in `endings` this one is counted: whatever is told has its place. */
export function placeOf({ fate, phase, planned }: Ending): number {
  const known = fate === 'wrong-source' ? 'bug' : fate // a stream has one source: telling otherwise is our mistake
  const [first = false, ...more] = plans(known)
  return places.get(keyOf({ fate: known, phase, planned: more.length > 0 ? planned : first })) ?? 0
}

function plans(fate: Fate): readonly boolean[] {
  if (fate === 'bug') return [false]
  return fate === 'cancelled' ? [true] : [false, true]
}

const keyOf = ({ fate, phase, planned }: Ending): string => `${fate} ${phase} ${planned}`
const places: ReadonlyMap<string, number> = new Map(endings.map((ending, place) => [keyOf(ending), place]))
