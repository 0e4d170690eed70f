import { cpu } from '../../evidence/cpu/facts.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import type { Case } from '../case.ts'
import type { Meanwhile } from '../rises.ts'
import { span } from '../span.ts'

/** What made us stand still: the clock, a CPU limit, others on the machine, or nobody but ourselves. */
export interface Reason {
  /** Continues a sentence. */
  readonly says: string
  readonly line: EvidenceLine
  readonly remedy: readonly string[]
  /** A counter tells it; the others are what is left. */
  readonly isProven?: true
}

/** `stood`: for how long in that time, ms. `undefined` where nothing tells. */
export const reasonOf = (of: Case, time: Meanwhile, stood: number): Reason | undefined =>
  jump(of, time) ?? limit(of, time, stood) ?? crowd(of, time) ?? itself(of, time)

/** A smaller step is NTP's, ms. */
const leastJumpMs = 1000

/** Wall and steady clock parted: the machine slept, or its clock was set. */
function jump({ disturbed }: Case, { from, to }: Meanwhile): Reason | undefined {
  const [found] = disturbed.filter(
    ({ what, at, ms }) => what === 'clock-jump' && at >= from && at <= to && Math.abs(ms) >= leastJumpMs,
  )
  if (!found) return undefined
  const says = `the clock jumped ${found.ms > 0 ? 'ahead' : 'back'} by ${span(Math.abs(found.ms))}`
  return {
    says: `${says}: the machine was suspended, or its clock was set`,
    line: { source: 'client', at: found.at, says },
    remedy: [
      '# Was the machine suspended or moved, or its clock set? Ask it, and keep its clock by slewing (chrony, no makestep later on):',
      'journalctl --since -1h | grep -iE "suspend|resum|time (jump|changed|step)"',
    ],
  }
}

/** A limit held us back for at least so much of the pause. */
const share = 0.25

function limit(of: Case, time: Meanwhile, stood: number): Reason | undefined {
  const heldMs = throttledMs(of, time)
  if (heldMs === undefined || heldMs.ms < stood * share || heldMs.ms === 0) return undefined
  return {
    says: `a CPU limit held it back for ${span(heldMs.ms)}`,
    line: { source: 'own cpu', at: heldMs.at, says: `cpu.stat: throttled for ${span(heldMs.ms)} meanwhile` },
    remedy: [
      '# No resources.limits.cpu for longhold, or a higher one: a limit throttles in bursts of 100 ms. See it rise:',
      'cat /sys/fs/cgroup/cpu.stat',
    ],
    isProven: true,
  }
}

/** Percent of ten seconds in which something waited for a core: from `crowded` on others were in the way, below `free` nobody was. */
const [crowded, free] = [25, 5]

function crowd(of: Case, time: Meanwhile): Reason | undefined {
  const read = pressureIn(of, time)
  if (!read || read.pressure < crowded) return undefined
  return {
    says: `others on the machine had the CPU (somebody waited for a core ${Math.round(read.pressure)} % of the time)`,
    line: {
      source: 'own cpu',
      at: read.at,
      says: `pressure of the CPU: ${Math.round(read.pressure)} % of the last 10 s`,
    },
    remedy: [
      '# Reserve what it needs (resources.requests.cpu), or move what crowds the node:',
      'kubectl top pods --all-namespaces --sort-by=cpu; cat /proc/pressure/cpu',
    ],
  }
}

/** Neither a limit nor others: what is left is our own event loop, or a signal. */
function itself(of: Case, time: Meanwhile): Reason | undefined {
  const read = pressureIn(of, time)
  const held = throttledMs(of, time)
  if (!read || read.pressure >= free || held === undefined || held.ms > 0) return undefined
  return {
    says: 'no limit and nobody else had the CPU: its own event loop was busy, or the process was stopped',
    line: { source: 'own cpu', at: read.at, says: 'not throttled, and nobody waited for a core' },
    remedy: [
      '# Ask less of one process: fewer connections, longer intervals, more clients. See how late its loop is:',
      'curl -s http://127.0.0.1:8080/metrics | grep longhold_event_loop',
    ],
  }
}

/** By how much the time our cgroup was throttled rose meanwhile; `undefined` where it was not read before and after. */
function throttledMs(of: Case, { from, to }: Meanwhile): { readonly ms: number; readonly at: number } | undefined {
  const readings = of.facts.all(cpu, 'own').filter(({ value }) => value.throttledUs !== undefined)
  const before = readings.findLast(({ at }) => at <= from)
  const after = readings.find(({ at }) => at >= to) ?? readings.findLast(({ at }) => at > from)
  if (!before || !after) return undefined
  return { ms: Math.max(0, (after.value.throttledUs ?? 0) - (before.value.throttledUs ?? 0)) / 1000, at: after.at }
}

/** The pressure that was read while it lasted, or soon enough after it: it is of the last ten seconds. */
function pressureIn(of: Case, { from, to }: Meanwhile): { readonly pressure: number; readonly at: number } | undefined {
  const read = of.facts
    .all(cpu, 'own')
    .find(({ at, value }) => value.pressure10 !== undefined && at > from && at <= to + 5000)
  return read && { pressure: read.value.pressure10 ?? 0, at: read.at }
}
