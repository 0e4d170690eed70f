import { conflictsOf, type Conflict } from './conflicts.ts'
import { choose } from './choose.ts'
import { type Costs, costsOf } from './costs.ts'
import { type Hop, shortestOf } from './hop.ts'
import { type Reason, reasonsOf } from './reasons.ts'
import type { Setting } from './setting.ts'

/** What somebody wants of a keepalive, beyond that connections survive. */
export interface Wishes {
  /** So many probes in a row may get lost. */
  readonly losses: number
  /** A dead peer is noticed within, s. */
  readonly detectS?: number | undefined
  /** Of an idle connection. */
  readonly packetsPerDay?: number | undefined
}

export interface Advice {
  /** `undefined` where no keepalive survives the path. */
  readonly setting: Setting | undefined
  readonly costs: Costs | undefined
  /** Lost probes it tolerates. */
  readonly losses: number
  /** What bounds it, and which of that decided. */
  readonly reasons: readonly Reason[]
  /** Wishes that cannot be had, and what is nearest to them. */
  readonly conflicts: readonly Conflict[]
  /** Hops that count data alone: there the application has to speak, at least so often, s. */
  readonly mustSpeak: readonly { readonly hop: Hop; readonly everyS: number }[]
}

/** Which keepalive survives these hops, and keeps to the wishes. Pure. */
export function advise(path: readonly Hop[], wishes: Wishes): Advice {
  const hops = path.toSorted((a, b) => a.lowS - b.lowS)
  const timeoutS = shortestOf(hops)?.lowS ?? Infinity
  const choice = choose({ timeoutS, ...wishes })
  return {
    setting: choice?.setting,
    costs: choice && costsOf(choice.setting),
    losses: choice?.losses ?? 0,
    reasons: choice ? reasonsOf(choice, hops, wishes) : [],
    conflicts: conflictsOf(choice, timeoutS, wishes),
    mustSpeak: hops.filter(({ refreshed }) => !refreshed).map(hop => ({ hop, everyS: thirdOf(hop.lowS) })),
  }
}

/** Whole seconds where there are some. */
const thirdOf = (s: number): number => (s >= 3 ? Math.floor(s / 3) : s / 3)
