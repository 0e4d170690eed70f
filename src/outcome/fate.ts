/** What became of one attempt: the closed vocabulary every room, metric and dashboard shares. */
export const fates = [
  'ok',
  'refused',
  'reset',
  'timeout',
  'closed',
  'unreachable',
  'wrong-reply',
  'wrong-source',
  'cancelled',
  'bug',
] as const
export type Fate = (typeof fates)[number]

/** How far a held connection had come when its fate was sealed. */
export const holdPhases = ['connect', 'idle', 'exchange'] as const
/** How far a run-once probe (DNS, echo) had come. */
export const askPhases = ['send', 'wait'] as const
export type HoldPhase = (typeof holdPhases)[number]
export type AskPhase = (typeof askPhases)[number]

/** A fate together with the system's own word for it, such as `ECONNRESET read`. */
export interface Word {
  readonly fate: Fate
  readonly code: string
}
