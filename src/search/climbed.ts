import type { Clock } from '../clock.ts'
import type { Estimate } from '../tuning/estimate.ts'
import type { Ladder } from '../tuning/ladder.ts'
import type { Refreshed } from '../tuning/refresh.ts'
import type { Trial } from '../tuning/trial.ts'
import type { Disturbance } from './disturbances.ts'
import type { Limiter } from './limiter.ts'
import type { Protocol, Speaker } from './protocol.ts'

/** One ladder, from its first connection to what it found. */
export interface Climbed {
  readonly estimate: Estimate
  readonly state: 'found' | 'none' | 'interrupted' | 'disturbed'
  readonly trials: readonly Trial[]
  readonly refreshed: Refreshed
  /** Processes that answered, where they say so. */
  readonly servers: number
  readonly disturbances: readonly Disturbance[]
  readonly tookMs: number
  /** Closes what is still open; many connections take a while to say goodbye, so it is done once the answer is there. */
  release(): void
}

export interface ClimbPlan {
  readonly ladder: Ladder
  readonly speaker: Speaker
  readonly deadlineMs: number
  /** Ask whether a keepalive probe refreshes the path. */
  readonly keepalive: boolean
  /** What an earlier run found out. */
  readonly known: readonly Trial[]
}

export interface ClimbWorld {
  readonly protocol: Protocol
  readonly clock: Clock
  readonly limiter: Limiter
  /** Ms of a clock that goes on while the machine sleeps. */
  readonly awake: () => number
  readonly signal: AbortSignal
  /** Called now and then. */
  readonly onProgress: (progress: Progress) => void
  /** Called with all that is known, whenever there is more. */
  readonly onTrials: (speaker: Speaker, trials: readonly Trial[]) => void
}

export interface Progress {
  readonly speaker: Speaker
  readonly open: number
  readonly done: number
  readonly longestSurvivedMs: number
  readonly elapsedMs: number
  readonly longestMs: number
}
