import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { Disturbed } from '../outcome/observation.ts'

/** A tick later than this is a stall: what was measured across it says more about us than about the network. ms. */
export const stallMs = 100
/** Wall and steady clock drifting apart by more than this between two ticks is a jump (NTP slews far slower). ms. */
export const jumpMs = 100

/** How noisy we are ourselves. */
export interface Noise {
  /** Hears every tick of the wheel and how late it came. */
  tick(lateMs: number): void
  /** Whether the loop stalled or the clock jumped at any time since `steady` (ms). */
  disturbedSince(steady: number): boolean
  /** How often since the start. */
  counts(): { readonly stalls: number; readonly clockJumps: number }
  /** Event-loop delay as Node measures it (libuv timer, 10 ms resolution), since the last call. ms. */
  loopDelay(): { readonly p50: number; readonly p99: number; readonly max: number }
  stop(): void
}

export function noise(clock: Clock, tell: (told: Disturbed) => void): Noise {
  const monitor = monitorEventLoopDelay({ resolution: 10 })
  monitor.enable()
  let offset = clock.now() - clock.steady()
  let lastDisturbance = -Infinity
  let stalls = 0
  let clockJumps = 0

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
      if (lateMs > stallMs) disturbed('loop-stall', lateMs)
      if (Math.abs(jumped) > jumpMs) disturbed('clock-jump', jumped)
    },
    disturbedSince: steady => lastDisturbance >= steady,
    counts: () => ({ stalls, clockJumps }),
    loopDelay() {
      const [p50, p99, max] = [monitor.percentile(50), monitor.percentile(99), monitor.max].map(ns => ns / 1e6 - 10)
      return { p50: atLeast0(p50), p99: atLeast0(p99), max: atLeast0(max) }
    },
    stop: () => monitor.disable(),
  }
}

/** The monitor counts its own 10 ms resolution in, and starts out empty. */
const atLeast0 = (ms = 0): number => Math.max(0, Number.isFinite(ms) ? ms : 0)
