import type { Judged } from './proof.ts'
import type { Mode } from './seen/incident.ts'

/** What a run says while it runs, one JSON line each: for people through `narrate`, for machines as it is. */
export type Event = OfRun & Happening
export interface OfRun {
  readonly scenario: string
  readonly mode: Mode
}
export type Happening =
  | { readonly event: 'begins' }
  /** Something is done or waited for; `ms` since the run began. */
  | { readonly event: 'tells'; readonly kind: Kind; readonly text: string; readonly ms: number }
  /** What one side sees, many observations of the same sort in a sentence. */
  | { readonly event: 'sees'; readonly who: string; readonly text: string; readonly bad: boolean; readonly ms: number }
  | ({ readonly event: 'judges' } & Judged)
  /** It failed while the machine stood still: that says nothing, so it begins once more. */
  | { readonly event: 'again'; readonly ms: number; readonly stalledMs: number; readonly why: string }
  | {
      readonly event: 'ends'
      readonly passed: boolean
      readonly ms: number
      /** The longest that one of its processes stood still. */
      readonly stalledMs?: number
      /** Why it did not come to its proofs, or not as it should. */
      readonly reason?: string
      /** Where the incident is. */
      readonly incident?: string
    }

export const kinds = ['says', 'waits', 'breaks', 'heals', 'changes'] as const
export type Kind = (typeof kinds)[number]

/** Reads a line that may be an event, or anything else a process prints. */
export function readEvent(line: string): Event | undefined {
  if (!line.startsWith('{"scenario":')) return undefined
  try {
    return JSON.parse(line) as Event // written by `writeEvent` of this same program
  } catch {
    return undefined
  }
}

/** The run comes first, so that `readEvent` knows its own. */
export const writeEvent = (run: OfRun, happening: Happening): string =>
  `${JSON.stringify({ scenario: run.scenario, mode: run.mode, ...happening })}\n`
