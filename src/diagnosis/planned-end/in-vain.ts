import { type Attempt, attemptsOf, isHeard } from '../attempts.ts'
import type { Case } from '../case.ts'
import { rolloutMs } from '../goodbyes.ts'
import type { Farewell } from '../history.ts'
import { hostOf } from '../host.ts'

/** Goodbyes are told by a busy process, ms. */
const earlyMs = 1000

/**
 * Attempts to reach servers that had said goodbye: straight to their addresses, which a name has for a while still, by a
 * name that has none any more, or from a port that is still led to them. They are part of the plan for as long as nobody
 * takes over, and a minute longer.
 */
export function inVain(of: Case): readonly Attempt[] {
  const left = [...of.farewells.values()]
  if (left.length === 0) return []
  const attempts = attemptsOf(of)
  const answers = attempts.filter(each => isHeard(each) && each.server !== undefined && !of.farewells.has(each.server))
  const since = left.map(farewell => ({ ...farewell, until: (takenOverAt(answers, farewell) ?? Infinity) + rolloutMs }))
  const heard = attempts.filter(each => isHeard(each) && !each.isNew)
  const failed = attempts.filter(each => each.symptom && !isHeard(each))
  return failed.filter(each =>
    isNameless(each)
      ? haveAllOf(each, of) && since.some(({ from, until }) => isWithin(each, from, until))
      : since.some(
          farewell =>
            isWithin(each, farewell.from, farewell.until) && (isTo(each, farewell) || isLedOn(each, farewell, heard)),
        ),
  )
}

const isTo = ({ host }: Attempt, { peer }: Farewell): boolean => host !== undefined && host === hostOf(peer.ip)

/**
 * Who keeps asking from one port is led where he was led before, until his conntrack entry is deleted or forgotten: the pod’s
 * kernel is there, and refuses. (Where nobody is there at all it is silent, and another matter.)
 */
const isLedOn = (each: Attempt, { peer, from }: Farewell, heard: readonly Attempt[]): boolean =>
  !each.isNew &&
  each.fate === 'refused' &&
  heard.some(
    ({ series, server, sentAt }) => series === each.series && server === peer.instance && sentAt >= from - lastHeardMs,
  )

/** A port that asks seldom was heard so long before the goodbye, ms. */
const lastHeardMs = 60_000

const isWithin = ({ sentAt }: Attempt, from: number, until: number): boolean =>
  sentAt >= from - earlyMs && sentAt <= until

/** The first answer of anybody else after that. */
const takenOverAt = (answers: readonly Attempt[], { to }: Farewell): number | undefined =>
  answers.find(({ sentAt }) => sentAt > to)?.sentAt

const isNameless = ({ symptom }: Attempt): boolean =>
  symptom !== undefined && 'code' in symptom && symptom.code.startsWith('ENOTFOUND')

/** Everybody whom its series had met by then has said goodbye. */
function haveAllOf({ series, sentAt }: Attempt, { farewells }: Case): boolean {
  if (!('opens' in series)) return false
  const met = [...series.opens].flatMap(({ at, peer }) => (at <= sentAt ? peer.instance : []))
  return met.length > 0 && met.every(instance => farewells.has(instance))
}
