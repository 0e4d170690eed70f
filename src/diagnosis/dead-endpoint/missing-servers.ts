import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { type Attempt, attemptsOf, isHeard, isTelling } from '../attempts.ts'
import type { Case } from '../case.ts'
import { within } from '../callees.ts'
import type { Spell } from '../partly.ts'
import { doubt } from '../repicked.ts'
import { type Server, serversOf } from '../servers.ts'

/** A server that used to answer, and that nobody has heard from since some of what is new fails. */
export interface Missing {
  readonly server: Server
  /** One sentence how that is known not to be chance. */
  readonly says: string
}

export function missingIn(of: Case, spell: Spell): readonly Missing[] {
  const met = metAt(spell).size
  return unheardIn(of, spell).flatMap(server => {
    const says = notMet(spell, server.instance, met) ?? notSpared(spell, server.instance, met)
    return says === undefined ? [] : [{ server, says }]
  })
}

/** Servers that were met at this callee and that nobody has heard from since, be it chance or not. */
export function unheardIn(of: Case, spell: Spell): readonly Server[] {
  const heard = new Set(within(attemptsOf(of).filter(isHeard), spell).map(({ server }) => server))
  return [...metAt(spell)].flatMap(instance => (heard.has(instance) ? [] : (serversOf(of).get(instance) ?? [])))
}

const metAt = ({ callee }: Spell): ReadonlySet<string> => new Set(callee.attempts.flatMap(({ server }) => server ?? []))

/** Each new attempt meets any of the servers: this one is missed too often. */
function notMet({ callee, from, good }: Spell, instance: string, servers: number): string | undefined {
  const before = callee.attempts.filter(each => each.isNew && isHeard(each) && isKnown(each) && each.sentAt < from)
  const met = before.filter(({ server }) => server === instance).length
  const answered = good.filter(isKnown).length
  const chance = hypergeometricAtLeast(met, before.length, met, before.length + answered)
  if (met === 0 || chance * servers > doubt) return undefined
  return `answered ${met} of ${before.length} new attempts before, and none of ${answered} since`
}

const isKnown = ({ server }: Attempt): boolean => server !== undefined

/** Connections it had and ports that asked it have all fallen silent, and those of others have not. */
function notSpared({ callee, from, to }: Spell, instance: string, servers: number): string | undefined {
  const old = callee.attempts.filter(each => !each.isNew)
  const fell = [...fallenOf(old, from - beforeMs)].filter(([, server]) => server === instance).length
  const spared = new Set(within(old.filter(isHeard), { from, to }).map(({ line }) => line)).size
  const chance = hypergeometricAtLeast(fell, fell, fell, fell + spared)
  if (fell === 0 || chance * servers > doubt) return undefined
  return `had ${fell} of the connections and ports that fell silent, and none of ${spared} that did not`
}

/** What it had may fail some seconds before the first new attempt does. */
const beforeMs = 5000

/** Connections and ports that failed since then, and who had them: of a port, whoever answered it last. */
function fallenOf(old: readonly Attempt[], from: number): ReadonlyMap<unknown, string | undefined> {
  const [last, fallen] = [new Map<unknown, string>(), new Map<unknown, string | undefined>()]
  for (const each of old) {
    if (isTelling(each) && each.sentAt >= from && !fallen.has(each.line))
      fallen.set(each.line, each.server ?? last.get(each.line))
    if (each.server !== undefined) last.set(each.line, each.server)
  }
  return fallen
}
