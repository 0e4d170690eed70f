import type { Wishes } from './advise.ts'
import { type Choice, choose } from './choose.ts'
import { costsOf } from './costs.ts'
import { lostProbes, packets, seconds } from './seconds.ts'

/** A wish that cannot be had. */
export interface Conflict {
  readonly wish: 'survival' | 'losses' | 'detection' | 'budget'
  /** What was wished for and what can be had: probes, seconds, or packets a day; of `survival` the timeout and nothing. */
  readonly wanted: number
  readonly nearest: number | undefined
  readonly says: string
}

/** What `choice` does not fulfil of the wishes. */
export function conflictsOf(choice: Choice | undefined, timeoutS: number, wishes: Wishes): Conflict[] {
  if (!choice)
    return [
      {
        wish: 'survival',
        wanted: timeoutS,
        nearest: undefined,
        says: `no keepalive survives a path that forgets after ${seconds(timeoutS)}: the kernel counts in whole seconds, and its timers are up to an eighth late. The application has to speak itself, at least every ${seconds(timeoutS / 3)}.`,
      },
    ]
  return [
    ...ofLosses(choice, timeoutS, wishes),
    ...ofDetection(choice, timeoutS, wishes),
    ...ofBudget(choice, timeoutS, wishes),
  ]
}

function ofLosses({ losses }: Choice, timeoutS: number, { losses: wanted }: Wishes): Conflict[] {
  if (losses >= wanted) return []
  const says = `${lostProbes(wanted)} cannot be tolerated on a path that forgets after ${seconds(timeoutS)}: at best ${losses}, since the kernel counts in whole seconds.`
  return [{ wish: 'losses', wanted, nearest: losses, says }]
}

function ofDetection({ setting, losses }: Choice, timeoutS: number, wishes: Wishes): Conflict[] {
  const { detectS: wanted } = wishes
  const { idleDetectionS: nearest } = costsOf(setting)
  if (wanted === undefined || nearest <= wanted) return []
  const fewer = fewerLosses(losses, timeoutS, wishes)
  const other = fewer === undefined ? '' : `, or ${seconds(wanted)} with ${lostProbes(fewer)}`
  const says = `a dead peer cannot be noticed within ${seconds(wanted)} while ${lostProbes(losses)} are tolerated: at best after ${seconds(nearest)}${other}.`
  return [{ wish: 'detection', wanted, nearest, says }]
}

/** The most lost probes with which the detection could be had. */
function fewerLosses(losses: number, timeoutS: number, { detectS = 0 }: Wishes): number | undefined {
  for (let fewer = losses - 1; fewer >= 0; fewer--) {
    const choice = choose({ timeoutS, losses: fewer, detectS })
    if (choice && costsOf(choice.setting).idleDetectionS <= detectS) return fewer
  }
  return undefined
}

function ofBudget({ setting }: Choice, timeoutS: number, wishes: Wishes): Conflict[] {
  const { packetsPerDay: wanted, losses, detectS } = wishes
  const { packetsPerDay: nearest } = costsOf(setting)
  if (wanted === undefined || nearest <= wanted) return []
  const unhurried = detectS === undefined ? undefined : choose({ timeoutS, losses, packetsPerDay: wanted })
  const slower = unhurried && costsOf(unhurried.setting)
  const why =
    detectS !== undefined && slower && slower.packetsPerDay < nearest
      ? `while a dead peer is noticed within ${seconds(Math.max(detectS, costsOf(setting).idleDetectionS))}`
      : timeoutS === Infinity
        ? 'with the longest idle time the kernel takes'
        : `on a path that forgets after ${seconds(timeoutS)}`
  const other =
    slower && slower.packetsPerDay <= wanted
      ? `; within the budget it is noticed after ${seconds(slower.idleDetectionS)}`
      : slower && slower.packetsPerDay < nearest
        ? `, and ${packets(slower.packetsPerDay)} where it may take ${seconds(slower.idleDetectionS)}`
        : ''
  const says = `${packets(wanted)} packets a day cannot be had ${why}: at best ${packets(nearest)}${other}.`
  return [{ wish: 'budget', wanted, nearest, says }]
}
