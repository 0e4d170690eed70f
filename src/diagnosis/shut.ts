import { type Attempt, isHeard, isRefused, isSilent, isTelling } from './attempts.ts'
import { around, blurMs, type Callee, calleesOf, within } from './callees.ts'
import type { Case } from './case.ts'
import { perCase } from './per-case.ts'
import type { Meanwhile } from './rises.ts'

/** A time in which nothing new got through to a callee. */
export interface Shut extends Meanwhile {
  readonly callee: Callee
  /** Silent or refused, in the order in which they were sent. */
  readonly bad: readonly [Attempt, ...Attempt[]]
}

const ever: Meanwhile = { from: -Infinity, to: Infinity }
/** Fewer attempts than this are no pattern. */
const least = 3

export const shutsOf = perCase((of: Case): readonly Shut[] => calleesOf(of).flatMap(shutsAt))

/** Each time that so many new attempts failed, with none between them that got through. */
function shutsAt(callee: Callee): readonly Shut[] {
  const news = callee.attempts.filter(({ isNew }) => isNew)
  const good = within(news.filter(isHeard), ever)
  const shuts: [Attempt, ...Attempt[]][] = []
  let next = 0 // of the good ones, the first that was sent well after the present time began
  for (const each of news) {
    if (!isLost(each)) continue
    const last = shuts.at(-1)
    const began = last?.[0].sentAt ?? -Infinity
    while ((good[next]?.sentAt ?? Infinity) <= began + blurMs) next += 1
    if (last && (good[next]?.sentAt ?? Infinity) >= each.sentAt - blurMs) last.push(each)
    else shuts.push([each])
  }
  return shuts
    .filter(bad => bad.length >= least)
    .map(bad => ({ callee, bad, from: bad[0].sentAt, to: bad.at(-1)?.sentAt ?? bad[0].sentAt }))
    .filter(shut => around(good, shut).length * 3 <= shut.bad.length) // what was sent in one moment was sent in no order
    .filter(({ bad }) => !isChance(bad.length, news.filter(isLost).length, news.filter(isCounted).length))
    .slice(-most)
}

/** How it went is known, and was not our own doing. */
const isCounted = (each: Attempt) => isTelling(each) || (isHeard(each) && !each.isDoubtful)
const isLost = (each: Attempt) => isTelling(each) && (isSilent(each) || isRefused(each))

/**
 * Where much is lost, some in a row are. Of `all` attempts, each lost as often as those outside this row are, so many rows
 * as long are to be expected (the union bound).
 */
const isChance = (row: number, lost: number, all: number): boolean =>
  lost > row && all * ((lost - row) / (all - row)) ** row > expected
const expected = 0.05

/** Of what comes and goes the newest are enough. */
const most = 8

/** What else was sent to the callee meanwhile, our own stalls included, and went the same way. */
export const alikeIn = ({ callee, from, to }: Shut, isAlike: (attempt: Attempt) => boolean): readonly Attempt[] =>
  callee.attempts.filter(
    each =>
      each.symptom && !isHeard(each) && isAlike(each) && each.sentAt >= from - edgeMs && each.sentAt <= to + edgeMs,
  )

/** A busy process tells late of what it sent, ms. */
export const edgeMs = 500

/** From ports that something on the path knows: connections that were open, ports that keep asking. */
export const oldHeard = ({ callee, from, to }: Shut): readonly Attempt[] =>
  within(
    callee.attempts.filter(each => !each.isNew && isHeard(each)),
    { from, to },
  )

/** How long it lasted until the last failure was known, epoch ms. */
export const knownBy = ({ bad }: Shut): number => Math.max(...bad.map(({ symptom }) => symptom?.at ?? 0))
