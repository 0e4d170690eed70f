import { binomialAtMost } from '../stats/distribution/binomial.ts'
import { runsTest } from '../stats/alternation.ts'
import { attemptsOf, isHeard, isSilent, isTelling } from './attempts.ts'
import { around, within } from './callees.ts'
import { type Case, isLate } from './case.ts'
import type { Spell } from './partly.ts'
import { doubt } from './repicked.ts'

/**
 * Failure is a matter of the flow and not of the packet: whoever tries again from the same port fails again. Plain loss
 * would let one of two second tries through. One sentence how that is known; `undefined` where it is not.
 */
export function byFlow(of: Case, spell: Spell): string | undefined {
  const { bad, good } = spell
  const share = bad.length / (bad.length + good.length)
  const inVain = share ** connectsInVain(of, spell)
  if (inVain <= doubt) return 'no connect was saved by sending its first packet again'
  if (share ** lookupsInVain(spell) <= doubt) return 'no lookup was saved by asking again from the same port'
  const pinned = pinnedPorts(of, spell)
  const likeness = pinned.reduce((sum, { bad, good }) => sum * (bad > 0 ? share ** bad : (1 - share) ** good), 1)
  return pinned.length > 0 && likeness * 2 ** pinned.length <= doubt
    ? 'a port that keeps asking is answered always or never'
    : undefined
}

/** Connects that failed though their first packet was sent again; 0 when any was saved by that. */
function connectsInVain(of: Case, spell: Spell): number {
  const opens = of.cohorts.flatMap(({ opens }) => [...opens].filter(isLate))
  const saved = opens.some(
    ({ at, tookUs }) => at - tookUs / 1000 > spell.from && at - tookUs / 1000 < spell.to - savedMs,
  )
  const tried = spell.bad.filter(each => each.proto === 'tcp' && isSilent(each) && each.tookUs > 1_500_000)
  return saved ? 0 : tried.length
}

/** A connect that was tried shortly before the fault was mended is saved by that, ms. */
const savedMs = 4000

/** Lookups that failed though they asked again; 0 when any was saved by that, in a series of a single server. */
function lookupsInVain({ callee, from, to }: Spell): number {
  const lookups = callee.attempts.filter(({ series: { of } }) => 'mode' in of && of.mode === 'resolver')
  const counts = [...Map.groupBy(within(lookups, { from, to }), ({ series }) => series).values()].map(series => {
    const bad = series.filter(each => isTelling(each) && isSilent(each))
    const tookMs = Math.max(0, ...bad.map(({ tookUs }) => tookUs / 1000))
    const slow = series.filter(each => isHeard(each) && each.tookUs >= (tookMs / 4) * 1000)
    return slow.some(({ sentAt }) => sentAt < to - tookMs) ? 0 : bad.length
  })
  return Math.max(0, ...counts)
}

/** How ports fared that went on asking meanwhile; empty when one of them fared so and so. */
function pinnedPorts(of: Case, spell: Spell): readonly { readonly bad: number; readonly good: number }[] {
  const asked = attemptsOf(of).filter(
    ({ host, series }) => host === spell.callee.host && 'mode' in series.of && series.of.mode === 'pinned',
  )
  const ports = [...Map.groupBy(within(asked, spell), ({ series }) => series).values()].map(port => ({
    bad: port.filter(each => isTelling(each)).length,
    good: port.filter(isHeard).length,
  }))
  return ports.some(({ bad, good }) => bad > 0 && good > 0) ? [] : ports.filter(({ bad, good }) => bad + good > 1)
}

/** New attempts to others all got through meanwhile, more than chance allows if every path lost as many flows. */
export function othersFine(of: Case, spell: Spell): number {
  const { bad, good, callee } = spell
  const others = around(
    attemptsOf(of).filter(each => each.isNew && each.host !== callee.host && (isHeard(each) || isTelling(each))),
    spell,
  )
  const failed = others.filter(each => !isHeard(each)).length
  const share = bad.length / (bad.length + good.length)
  return binomialAtMost(failed, others.length, share) <= doubt && failed * 20 <= others.length ? others.length : 0
}

/** Good and bad take turns: somebody deals new flows out in order, as round robin does, and no hash. */
export function isDealt({ bad, good }: Spell): boolean {
  const isBad = new Set(bad)
  const proto = bad[0].series
  const inOrder = [...bad, ...good].filter(({ series }) => series === proto).toSorted((a, b) => a.sentAt - b.sentAt)
  return runsTest(inOrder.map(each => isBad.has(each))).tooMany <= doubt
}

/** Answers that came too late: whoever sends them is slow, not dead. */
export function lateAnswers(of: Case, { callee, from }: Spell): number {
  const asked = new Set<unknown>(callee.attempts.map(({ series }) => series))
  return of.probes
    .filter(probe => asked.has(probe))
    .flatMap(({ strays }) => [...strays].filter(({ what, at }) => what === 'late' && at >= from))
    .reduce((sum, { count = 1 }) => sum + count, 0)
}
