import { keepaliveIdleS } from '../../diagnosis/keepalive-lines.ts'
import { costsOf, idleWithin } from './costs.ts'
import { kernelDefault, latestProbeS, most, type Setting } from './setting.ts'

/** What a setting has to keep to. */
export interface Bounds {
  /** The shortest timeout on the way, s; Infinity where none is known. */
  readonly timeoutS: number
  /** So many probes in a row may get lost. */
  readonly losses: number
  /** A dead peer is noticed within, s. */
  readonly detectS?: number | undefined
  readonly packetsPerDay?: number | undefined
}

/** `deciding`: what the idle time follows from; `default`: nothing asks for less than the kernel's own. */
export interface Choice {
  readonly setting: Setting
  /** Lost probes it tolerates: those wished for, or as many as can be had. */
  readonly losses: number
  readonly deciding: 'timeout' | 'detection' | 'budget' | 'default'
}

/** The widest interval between probes that is worth anything: the kernel's own, s. */
const widest = kernelDefault.intervalS

/**
 * The setting that fits the bounds. Where not all of them can be had, survival wins over tolerated losses, those over
 * detection, and detection over the budget. `undefined`: the path forgets before any probe of a kernel that counts in seconds.
 */
export function choose({ timeoutS, losses: wanted, detectS, packetsPerDay }: Bounds): Choice | undefined {
  const losses = tolerable(timeoutS, wanted)
  if (losses === undefined) return undefined
  const third = Math.min(rounded(keepaliveIdleS(timeoutS * 1000)), kernelDefault.idleS)
  const usual = longest(third, timeoutS, losses)
  const frugal = packetsPerDay === undefined ? usual : atLeast(idleWithin(packetsPerDay), usual, timeoutS, losses)
  const quick =
    detectS === undefined || costsOf(frugal).idleDetectionS <= detectS
      ? frugal
      : within(detectS, frugal.idleS, timeoutS, losses)
  const deciding = quick !== frugal ? 'detection' : frugal !== usual ? 'budget' : undefined
  return {
    setting: quick,
    losses,
    deciding: deciding ?? (third < kernelDefault.idleS ? 'timeout' : 'default'),
  }
}

function tolerable(timeoutS: number, wanted: number): number | undefined {
  for (let losses = wanted; losses >= 0; losses--) if (fitting(1, 1, timeoutS, losses)) return losses
  return undefined
}

/** `idleS` and `intervalS` with the count and the user timeout that belong to them, where all of it fits the path and the kernel. */
function fitting(idleS: number, intervalS: number, timeoutS: number, losses: number): Setting | undefined {
  const lastS = latestProbeS({ idleS, intervalS }, losses)
  if (lastS >= timeoutS) return undefined
  // The user timeout ends the socket in place of the count: it has to outlast the last probe that may be lost, late as that may be.
  const count = Math.max(losses + 1, Math.floor((lastS - idleS) / intervalS) + 1)
  if (count > most.count || idleS > most.idleS) return undefined
  return { idleS, intervalS, count, userTimeoutMs: (idleS + intervalS * count) * 1000 }
}

/** The longest idle up to `idleS` that fits, with its usual interval or the widest that the timeout leaves room for. */
function longest(idleS: number, timeoutS: number, losses: number): Setting {
  for (let idle = Math.min(idleS, most.idleS); idle > 1; idle--) {
    const room =
      losses === 0 ? widest : Math.floor((timeoutS / latestProbeS({ idleS: 1, intervalS: 0 }, 0) - idle) / losses)
    const found = fitting(idle, Math.max(1, Math.min(usualInterval(idle), room)), timeoutS, losses)
    if (found) return found
  }
  return smallest(timeoutS, losses)
}

/** The shortest setting there is; `tolerable` has seen that it fits. */
function smallest(timeoutS: number, losses: number): Setting {
  const found = fitting(1, 1, timeoutS, losses)
  if (!found) throw new RangeError(`no keepalive fits ${timeoutS} s`)
  return found
}

/** An idle of at least `idleS` where it fits, the longest that does where not. */
function atLeast(idleS: number, usual: Setting, timeoutS: number, losses: number): Setting {
  return idleS <= usual.idleS ? usual : longer(usual, longest(idleS, timeoutS, losses))
}

const longer = (a: Setting, b: Setting): Setting => (b.idleS > a.idleS ? b : a)

/** Half of the time is silence, half is probing; the quickest setting where nothing is quick enough. */
function within(detectS: number, idleS: number, timeoutS: number, losses: number): Setting {
  const half = Math.floor(detectS / (2 * (losses + 1)))
  for (let interval = Math.max(1, Math.min(widest, half)); interval >= 1; interval--)
    for (let idle = Math.min(idleS, Math.floor(detectS) - interval * (losses + 1)); idle >= 1; idle--) {
      const found = fitting(idle, interval, timeoutS, losses)
      if (found && costsOf(found).idleDetectionS <= detectS) return found
    }
  return smallest(timeoutS, losses)
}

/** A fifth of the idle time: more than a timer of that length may be late, so that three probes are enough for two lost ones. */
const usualInterval = (idleS: number): number => Math.min(widest, roundedUp(Math.ceil(idleS / 5)))

/** Numbers as people write them, and never longer. */
const rounded = (s: number): number => (s < 60 ? s : Math.floor(s / step(s)) * step(s))
const roundedUp = (s: number): number => (s < 10 ? s : Math.ceil(s / 5) * 5)
const step = (s: number): number => (s < 600 ? 5 : 60)
