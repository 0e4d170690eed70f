import { conntrack } from '../evidence/conntrack/facts.ts'
import { rise } from '../evidence/conntrack/rise.ts'
import { netstat } from '../evidence/netstat/facts.ts'
import type { Scope } from '../outcome/evidence.ts'
import type { Case } from './case.ts'
import type { Known } from './readings.ts'

/** A span of time, epoch ms. */
export interface Meanwhile {
  readonly from: number
  readonly to: number
}

/** By how much a counter rose from the last reading before a span of time to the first after it. */
export interface Rise {
  readonly by: number
  /** Epoch ms of the later reading. */
  readonly at: number
}

/** `undefined` where it was not read before and after, or has fallen: a counter that began anew says nothing. */
export function netstatRise(of: Case, scope: Scope, name: string, meanwhile: Meanwhile): Rise | undefined {
  const pair = around(of.facts.all(netstat, scope), meanwhile)
  const [before, after] = [pair?.before.value[name], pair?.after.value[name]]
  if (!pair || before === undefined || after === undefined || after < before) return undefined
  return { by: after - before, at: pair.after.at }
}

/** Of a counter of `conntrack -S`. */
export function conntrackRise(of: Case, scope: Scope, name: string, meanwhile: Meanwhile): Rise | undefined {
  const pair = around(of.facts.all(conntrack, scope), meanwhile)
  const by = pair && rise(pair.before.value.counters, pair.after.value.counters)[name]
  return pair && by !== undefined ? { by, at: pair.after.at } : undefined
}

function around<T>(readings: readonly Known<T>[], { from, to }: Meanwhile) {
  const before = readings.findLast(({ at }) => at < from)
  const after = readings.find(({ at }) => at >= to)
  return before && after ? { before, after } : undefined
}
