import { createHistogram } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { Disturbed } from '../outcome/disturbed.ts'
import type { Stamp } from '../outcome/observation.ts'
import { usualTickMs } from '../schedule/wheel.ts'

/** A tick later than this is a stall: what was measured across it says more about us than about the network. ms. */
export const stallMs = 100
/** Wall and steady clock drifting apart by more than this between two ticks is a jump (NTP slews far slower). ms. */
export const jumpMs = 100
/** The event-loop delay we show is that of the last minute or two, ms. */
const latelyMs = 60_000

/** How noisy we are ourselves. */
export interface Noise {
  /** Hears every tick of the wheel and how late it came. */
  tick(lateMs: number): void
  /** Whether the loop stalled or the clock jumped at any time since `steady` (ms) and up to `now`, seen by a tick or not yet. */
  disturbedSince(steady: number, now: Pick<Stamp, 'at' | 'steady'>): boolean
  /** How often since the start. */
  counts(): { readonly stalls: number; readonly clockJumps: number }
  /** How late the ticks of the wheel came, lately. ms. */
  loopDelay(): { readonly p50: number; readonly p99: number; readonly max: number }
}

export function noise(clock: Clock, tell: (told: Disturbed) => void): Noise {
  // The wheel's own ticks, and no monitorEventLoopDelay: its 100 wake-ups a second cost a tenth of an exchange each.
  const late = createHistogram()
  let offset = clock.now() - clock.steady()
  let lastDisturbance = -Infinity
  let lastTick = clock.steady()
  let minuteBegan = clock.steady()
  let minuteBefore = { p50: 0, p99: 0, max: 0 }
  let stalls = 0
  let clockJumps = 0

  /** A callback that took long holds up those after it in the same turn of the loop, which come before the tick that tells. */
  const untold = ({ at, steady }: Pick<Stamp, 'at' | 'steady'>) =>
    steady - lastTick > usualTickMs + stallMs || Math.abs(at - steady - offset) > jumpMs

  function delay() {
    if (late.count === 0) return { p50: 0, p99: 0, max: 0 }
    return { p50: late.percentile(50) / 1000, p99: late.percentile(99) / 1000, max: late.max / 1000 }
  }

  function disturbed(what: Disturbed['what'], ms: number): void {
    lastDisturbance = clock.steady()
    if (what === 'loop-stall') stalls += 1
    else clockJumps += 1
    tell({ type: 'disturbed', what, ms })
  }

  return {
    tick(lateMs) {
      const nowOffset = clock.now() - clock.steady()
      const jumped = nowOffset - offset
      offset = nowOffset
      lastTick = clock.steady()
      late.record(Math.max(1, Math.round(lateMs * 1000)))
      if (lateMs > stallMs) disturbed('loop-stall', lateMs)
      if (Math.abs(jumped) > jumpMs) disturbed('clock-jump', jumped)
      if (lastTick - minuteBegan < latelyMs) return
      minuteBefore = delay()
      minuteBegan = lastTick
      late.reset()
    },
    disturbedSince: (steady, now) => lastDisturbance >= steady || untold(now),
    counts: () => ({ stalls, clockJumps }),
    loopDelay() {
      const { p50, p99, max } = delay()
      return {
        p50: Math.max(p50, minuteBefore.p50),
        p99: Math.max(p99, minuteBefore.p99),
        max: Math.max(max, minuteBefore.max),
      }
    },
  }
}
