import { runsTest } from '../stats/alternation.ts'
import type { Attempt } from './attempts.ts'
import { isHeard, isRefused, isSilent, isTelling } from './attempts.ts'
import { around, type Callee, calleesOf, spellOf } from './callees.ts'
import type { Case } from './case.ts'
import { perCase } from './per-case.ts'
import { doubt } from './repicked.ts'
import type { Meanwhile } from './rises.ts'

/** How what was new fared at a callee, from the first attempt that failed to the last. */
export interface Spell extends Meanwhile {
  readonly callee: Callee
  /** Silent or refused. */
  readonly bad: readonly [Attempt, ...Attempt[]]
  readonly good: readonly Attempt[]
}

/** Of each callee to whom something new failed. */
export const spellsOf = perCase((of: Case): readonly Spell[] => calleesOf(of).flatMap(callee => spellAt(callee) ?? []))

/** The same without those that failed for a reason that is known; `undefined` when nothing is left. */
export const spellWithout = (spell: Spell, known: ReadonlySet<Attempt>): Spell | undefined =>
  spell.bad.some(each => known.has(each)) ? spellAt(spell.callee, known) : spell

function spellAt(callee: Callee, known: ReadonlySet<Attempt> = new Set()): Spell | undefined {
  const news = callee.attempts.filter(({ isNew }) => isNew)
  const [first, ...rest] = news.filter(
    each => isTelling(each) && (isSilent(each) || isRefused(each)) && !known.has(each),
  )
  const span = first && spellOf([first, ...rest])
  return span && { callee, ...span, bad: [first, ...rest], good: around(news.filter(isHeard), span) }
}

/** Attempts of one moment were sent in no order, ms. */
const momentMs = 500

/** Good and bad come in no order, or in turn: not the ones first and then the others, as before and after an event. */
export function isMixed({ bad, good }: Spell): boolean {
  if (!isBetween(bad, good)) return false
  const inOrder = [...bad, ...good].toSorted((a, b) => a.sentAt - b.sentAt)
  const isBad = new Set(bad)
  const moments: Attempt[][] = []
  for (const each of inOrder) {
    const moment = moments.at(-1)
    if (moment?.[0] && each.sentAt - moment[0].sentAt < momentMs) moment.push(each)
    else moments.push([each])
  }
  const outcomes = moments.flatMap(moment => shuffled(moment.map(each => isBad.has(each))))
  return runsTest(outcomes).tooFew > doubt
}

/**
 * In one series at least something good came between what was bad. An event that meets one protocol a second after the other
 * looks mixed where they are taken together.
 */
function isBetween(bad: readonly Attempt[], good: readonly Attempt[]): boolean {
  const bads = Map.groupBy(bad, ({ series }) => series)
  return good.some(({ series, sentAt }) => {
    const times = (bads.get(series) ?? []).map(each => each.sentAt)
    return sentAt >= Math.min(...times) && sentAt <= Math.max(...times)
  })
}

/**
 * Some series always fail and the others never do, which flows dealt out to backends would not give: what fails is another
 * port of the same address, or another protocol.
 */
export function isBySeries({ bad, good }: Spell): boolean {
  const share = bad.length / (bad.length + good.length)
  const isBad = new Set<Attempt>(bad)
  const each = [...Map.groupBy([...bad, ...good], ({ series }) => series).values()].map(attempts => ({
    all: attempts.length,
    failed: attempts.filter(one => isBad.has(one)).length,
  }))
  if (each.some(({ all, failed }) => failed > 0 && failed < all)) return false
  return each.reduce((sum, { all }) => sum * (share ** all + (1 - share) ** all), 1) <= doubt
}

/** As alternating as they can be. */
function shuffled(outcomes: readonly boolean[]): boolean[] {
  const [bad, good] = [outcomes.filter(Boolean), outcomes.filter(each => !each)]
  const [many, few] = bad.length > good.length ? [bad, good] : [good, bad]
  const each = few.length === 0 ? Infinity : many.length / few.length
  return many.flatMap((one, i) => (Math.floor((i + 1) / each) > Math.floor(i / each) ? [one, !one] : [one]))
}
