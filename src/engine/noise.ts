import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { Disturbed } from '../outcome/observation.ts'
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
  /** Whether the loop stalled or the clock jumped at any time since `steady` (ms), seen by a tick or not yet. */
  disturbedSince(steady: number): boolean
  /** How often since the start. */
  counts(): { readonly stalls: number; readonly clockJumps: number }
  /** Event-loop delay as Node measures it (libuv timer, 10 ms resolution), lately. ms. */
  loopDelay(): { readonly p50: number; readonly p99: number; readonly max: number }
  stop(): void
}

export function noise(clock: Clock, tell: (told: Disturbed) => void): Noise {
  const monitor = monitorEventLoopDelay({ resolution: 10 })
  monitor.enable()
  let offset = clock.now() - clock.steady()
  let lastDisturbance = -Infinity
  let lastTick = clock.steady()
  let minuteBegan = clock.steady()
  let minuteBefore = { p50: 0, p99: 0, max: 0 }
  let stalls = 0
  let clockJumps = 0

  /** A callback that took long holds up those after it in the same turn of the loop, which come before the tick that tells. */
  const untold = () =>
    clock.steady() - lastTick > usualTickMs + stallMs || Math.abs(clock.now() - clock.steady() - offset) > jumpMs

  function delay() {
    const [p50, p99, max] = [monitor.percentile(50), monitor.percentile(99), monitor.max].map(ns => ns / 1e6 - 10)
    return { p50: atLeast0(p50), p99: atLeast0(p99), max: atLeast0(max) }
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
      if (lateMs > stallMs) disturbed('loop-stall', lateMs)
      if (Math.abs(jumped) > jumpMs) disturbed('clock-jump', jumped)
      if (lastTick - minuteBegan < latelyMs) return
      minuteBefore = delay()
      minuteBegan = lastTick
      monitor.reset()
    },
    disturbedSince: steady => lastDisturbance >= steady || untold(),
    counts: () => ({ stalls, clockJumps }),
    loopDelay() {
      const { p50, p99, max } = delay()
      return {
        p50: Math.max(p50, minuteBefore.p50),
        p99: Math.max(p99, minuteBefore.p99),
        max: Math.max(max, minuteBefore.max),
      }
    },
    stop: () => monitor.disable(),
  }
}

/** The monitor counts its own 10 ms resolution in, and starts out empty. */
const atLeast0 = (ms = 0): number => Math.max(0, Number.isFinite(ms) ? ms : 0)
