import type { Ended, Observation, OfCohort, Side, Stamp } from '../outcome/observation.ts'
import type { Verdict } from '../outcome/verdict.ts'
import { isFault } from '../record/snapshot.ts'
import type { Lives } from '../stats/survival.ts'
import { type Bursts, bursts } from './bursts.ts'
import { silences } from './silences.ts'

/** What the lines of a range tell beyond the sums. */
export interface Watched {
  lives(of: OfCohort): Lives[]
  readonly bursts: Readonly<Record<Side, Bursts>>
  /** Faults of held connections seen while the event loop stalled or the clock jumped. */
  readonly suspectFaults: Readonly<Record<Side, number>>
  readonly clockJumps: number
  /** Verdicts told in the range that were no plan, as they were told last. */
  readonly verdicts: readonly VerdictSeen[]
}

export interface VerdictSeen {
  readonly name: string
  readonly series: readonly string[]
  readonly count: number
  readonly of: number
}

/** Verdicts that are kept, at most. */
const mostVerdicts = 200

export interface Watch {
  fold(news: Observation): void
  /** The range is over, or the lines are. */
  end(steady: number): Watched
}

/** Watches the cohorts that are chosen. */
export function watch(chosen: (of: OfCohort) => boolean): Watch {
  const [seen, times] = [silences(), { client: bursts(), server: bursts() }]
  const suspectFaults = { client: 0, server: 0 }
  const verdicts = new Map<string, VerdictSeen>()
  let [clockJumps, lastSteady] = [0, 0]

  function fold(news: Observation): void {
    if (news.type === 'began') seen.stop(lastSteady)
    lastSteady = news.steady
    if (news.type === 'judged') return judge(news.verdict)
    if (news.type === 'disturbed' && news.what === 'clock-jump') clockJumps += 1
    if (news.type !== 'opened' && news.type !== 'exchanged' && news.type !== 'ended') return
    if (!chosen(news)) return
    if (news.type === 'ended') end(news)
    seen.fold(news)
  }

  function end(news: Ended & Stamp): void {
    if (news.id !== undefined && isFault(news)) {
      times[news.side].fault(news.at)
      if (news.suspect) suspectFaults[news.side] += 1
    }
  }

  function judge({ id, name, series, count, of, planned, supersededBy }: Verdict): void {
    verdicts.delete(id)
    if (planned || supersededBy !== undefined) return
    verdicts.set(id, { name, series, count, of })
    for (const [oldest] of verdicts) if (verdicts.size > mostVerdicts) verdicts.delete(oldest)
  }

  return {
    fold,
    end(steady) {
      seen.stop(steady)
      return {
        lives: of => seen.of(of),
        bursts: { client: times.client.all, server: times.server.all },
        suspectFaults,
        clockJumps,
        verdicts: [...verdicts.values()],
      }
    },
  }
}
