import type { Speaker } from '../../outcome/observation.ts'

/** Who speaks when: agreed in the hello, followed by both sides on their own, so that neither needs the other's clock. */
export interface Turns {
  readonly speaker: Speaker | 'both'
  /** The silences, used in turn, ms. */
  readonly idleMs: readonly number[]
}

/** Who breaks the silence before the exchange after `exchanges` others. `both` take turns, the client first. */
export function speakerOf({ speaker }: Turns, exchanges: number): Speaker {
  if (speaker !== 'both') return speaker
  return exchanges % 2 === 0 ? 'client' : 'server'
}

/** How long that silence lasts, ms. */
export const silenceBefore = ({ idleMs }: Turns, exchanges: number): number => idleMs[exchanges % idleMs.length] ?? 0

/**
 * How long the listening side waits before it speaks out of turn, ms: the silence, the speaker's deadline, and a
 * second for its timers. Whoever then finds no one at the other end was a zombie.
 */
export const overdueAfter = (turns: Turns, exchanges: number, deadlineMs: number): number =>
  silenceBefore(turns, exchanges) + deadlineMs + 1000
