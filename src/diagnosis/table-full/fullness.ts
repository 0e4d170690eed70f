import { conntrack } from '../../evidence/conntrack/facts.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import type { Case } from '../case.ts'
import { conntrackRise } from '../rises.ts'
import type { Meanwhile } from '../rises.ts'

/** A time in which the node's table was full, and packets were dropped for that. */
export interface Fullness extends Meanwhile, EvidenceLine {
  readonly dropped: number
  readonly max: number
}

/** A table is full from here on: the kernel counts entries that are being freed. */
const share = 0.98
/** Looks are a second apart, or as far as examinations are; what they saw began before, ms. */
const blurMs = 2000

/** As the agent remembers it, and as two readings tell. */
export function fullnessIn(of: Case, meanwhile: Meanwhile): Fullness | undefined {
  return remembered(of, meanwhile) ?? counted(of, meanwhile)
}

function remembered(of: Case, meanwhile: Meanwhile): Fullness | undefined {
  const read = of.facts.newest(conntrack, 'node')
  const losses = (read?.value.losses ?? []).filter(
    ({ from, to, count, max }) =>
      max > 0 && count >= max * share && from <= meanwhile.to + blurMs && to >= meanwhile.from - blurMs,
  )
  const dropped = losses.reduce((sum, { drop, insertFailed }) => sum + drop - insertFailed, 0)
  const [first, last] = [losses[0], losses.at(-1)]
  if (!read || !first || !last || dropped <= 0) return undefined
  return told({ from: first.from, to: last.to, dropped, max: first.max, count: last.count, at: read.at })
}

function counted(of: Case, meanwhile: Meanwhile): Fullness | undefined {
  const full = of.facts
    .all(conntrack, 'node')
    .find(
      ({ at, value: { count, max } }) =>
        max > 0 && count >= max * share && at >= meanwhile.from - blurMs && at <= meanwhile.to + blurMs,
    )
  const [drop, failed] = [rose(of, 'drop', meanwhile), rose(of, 'insert_failed', meanwhile)]
  const dropped = drop - failed
  if (!full || dropped <= 0) return undefined
  return told({ ...meanwhile, dropped, max: full.value.max, count: full.value.count, at: full.at })
}

const rose = (of: Case, name: string, meanwhile: Meanwhile): number =>
  conntrackRise(of, 'node', name, meanwhile)?.by ?? 0

const told = ({ count, ...full }: Omit<Fullness, 'source' | 'says'> & { readonly count: number }): Fullness => ({
  ...full,
  source: 'node conntrack',
  says: `${count} entries of ${full.max}, and ${full.dropped} packets dropped for want of room`,
})
