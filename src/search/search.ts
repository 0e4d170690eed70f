import { ladder } from '../tuning/ladder.ts'
import type { Refreshed } from '../tuning/refresh.ts'
import type { Trial } from '../tuning/trial.ts'
import { climb } from './climb.ts'
import type { Climbed, ClimbWorld } from './climbed.ts'
import type { Speaker } from './protocol.ts'

export interface SearchPlan {
  readonly speakers: readonly Speaker[]
  readonly fromMs: number
  readonly toMs: number
  /** Wanted: the bounds not further apart than this ratio. */
  readonly ratio: number
  /** Whether to climb again, between the bounds, where they are further apart. */
  readonly again: boolean
  readonly each: number
  readonly most: number
  readonly deadlineMs: number
  readonly keepalive: boolean
  readonly known: Partial<Readonly<Record<Speaker, readonly Trial[]>>>
}

export type Searched = Climbed & { readonly speaker: Speaker; readonly ratio: number; readonly passes: number }

/** More passes than this do not make it sharper. */
const mostPasses = 3
/** Once one direction is found, the other has until so many times as long. */
const patience = 1.15

/** Climbs a ladder for each speaker, side by side, and a narrower one where that was asked for and is needed. */
export async function search(plan: SearchPlan, world: ClimbWorld): Promise<readonly Searched[]> {
  const { clock, signal } = world
  const enough = new AbortController()
  const waits: (() => void)[] = []
  const releases: (() => void)[] = []

  async function each(speaker: Speaker): Promise<Searched> {
    const both = AbortSignal.any([signal, enough.signal])
    const begun = clock.steady()
    let [span, known]: [{ fromMs: number; toMs: number }, readonly Trial[]] = [plan, plan.known[speaker] ?? []]
    let refreshed: Refreshed | undefined
    for (let passes = 1; ; passes++) {
      // oxlint-disable-next-line no-await-in-loop -- a narrower ladder begins where the one before ended
      const climbed = await climb(
        {
          ladder: ladder(span, plan),
          speaker,
          deadlineMs: plan.deadlineMs,
          keepalive: plan.keepalive && speaker === 'client' && passes === 1,
          known,
        },
        { ...world, signal: both },
      )
      releases.push(climbed.release)
      refreshed ??= climbed.refreshed
      const state = climbed.state === 'interrupted' && !signal.aborted ? 'none' : climbed.state
      const { estimate } = climbed
      const wide =
        estimate.kind === 'died' && estimate.lowMs > 0 && estimate.highMs / estimate.lowMs > plan.ratio * 1.02
      if (state !== 'found' || !wide || !plan.again || passes === mostPasses) {
        if (state === 'found' && estimate.kind !== 'open') {
          const leftMs = Math.max(0, estimate.highMs * patience - climbed.tookMs) + plan.deadlineMs + 500
          waits.push(clock.alarm(leftMs, () => enough.abort()))
        }
        return {
          ...climbed,
          state,
          refreshed,
          tookMs: clock.steady() - begun,
          speaker,
          ratio: ladder(span, plan).ratio,
          passes,
        }
      }
      span = { fromMs: estimate.lowMs, toMs: estimate.highMs }
      known = climbed.trials
    }
  }

  try {
    return await Promise.all(plan.speakers.map(each))
  } finally {
    for (const disarm of waits) disarm()
    for (const release of releases) release()
  }
}
