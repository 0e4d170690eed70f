import type { PathSurvival } from '../survival/series.ts'
import { choose } from '../tuning/advice/choose.ts'
import type { Setting } from '../tuning/advice/setting.ts'

/** A survival curve of silences, and the keepalive that survives its path. */
export interface SurvivalSeries extends PathSurvival {
  /** Absent where no timeout is measured, or no keepalive helps against it. */
  readonly recommended?: Setting
}

/** As `longhold advise` has it where nobody wishes for anything else: so many probes in a row may get lost. */
const losses = 2

export function showSurvival(series: PathSurvival): SurvivalSeries {
  const recommended = recommendedFor(series)
  return recommended ? { ...series, recommended } : series
}

/** From the longest silence that is survived. Silences that die in spite of a shorter keepalive are not saved by another. */
function recommendedFor({ timeout, of: { keepalive } }: PathSurvival): Setting | undefined {
  if (!timeout || timeout.lowMs < 1000) return undefined
  if (typeof keepalive === 'object' && timeout.highMs > latestMs(keepalive)) return undefined
  return choose({ timeoutS: timeout.lowMs / 1000, losses })?.setting
}

/** When a connection has died of its keepalive at the latest: its probes met nobody. A quarter more, since the kernel's timers are late. */
const latestMs = ({ idleS, intervalS, count }: { idleS: number; intervalS: number; count: number }): number =>
  (idleS + intervalS * count) * 1250
