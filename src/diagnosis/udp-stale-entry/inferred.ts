import { type Alone, aloneIn } from '../alone.ts'
import type { Case } from '../case.ts'
import { instancesOf, loyalIn } from '../instances.ts'
import { noIpvs } from '../ipvs-possible.ts'
import { doubt } from '../repicked.ts'
import { servedIn } from '../served.ts'
import { sightingsOf } from '../sightings.ts'

/** A port that can only be led by an old entry, by what the client saw. */
export interface Inferred extends Alone {
  /** Of the surest, which come first. */
  readonly because: string
}

/** Ports that were answered, and then alone hear nothing, where nothing but conntrack remembers ports. */
export function inferredIn(of: Case): readonly Inferred[] {
  if (noIpvs(of) === undefined) return []
  const all = aloneIn(of).filter(alone => alone.stretch.before && !isContradicted(of, alone))
  const sure = all.flatMap(alone => {
    const because = reasonOf(of, alone)
    return because === undefined ? [] : [{ ...alone, because }]
  })
  // Who leaves one entry behind leaves others: ports that went silent in the same moment are no other matter.
  const others = all.filter(alone => !sure.some(({ stretch }) => stretch === alone.stretch))
  return [...sure, ...others.flatMap(alone => besides(alone, sure))]
}

const besides = (alone: Alone, sure: readonly Inferred[]): Inferred[] =>
  sure.some(({ stretch }) => Math.abs(stretch.from - alone.stretch.from) <= sameMomentMs)
    ? [{ ...alone, because: 'it went silent in the same moment as another' }]
    : []

/** Two Services change one after the other, and probes ask when it is their turn, ms. */
const sameMomentMs = 3000

/** What was read speaks against it: the entry leads to somebody who is served, or translates nothing. */
export const isContradicted = (of: Case, { stretch }: Alone): boolean => {
  const sighting = sightingsOf(of, stretch).at(-1)
  return sighting !== undefined && (!sighting.led.isTranslated || sighting.served.backends.includes(sighting.led.to))
}

/** Why no dead server that is still served explains it. */
export function reasonOf(of: Case, alone: Alone): string | undefined {
  const { heard, mostServers } = alone
  const answers = `${heard.length} questions from new ports meanwhile were answered`
  const servers = serversOf(of, alone)
  if (servers !== undefined && mostServers >= servers)
    return `${answers}, ${servers === 1 ? 'by the only server there is' : `which a dead one among ${servers} servers would not allow`}`
  const [loyal] = loyalIn(of, { from: alone.since, to: alone.stretch.to })
  return loyal
    ? `${answers}; and another port is still answered by ${nameOf(loyal.to)}, which none of ${loyal.others.length} new ports meets any more`
    : undefined
}

/** How many servers new ports can meet: by whoever knows them, by who answered, or so many that it makes no difference. */
function serversOf(of: Case, { heard, since, stretch: { flow, to } }: Alone): number | undefined {
  const served = servedIn(of, flow, { from: since, to }).at(-1)
  if (served) return served.backends.length || undefined
  const met = instancesOf(heard).size
  const isAll = met > 0 && (met + 1) * (met / (met + 1)) ** heard.length <= doubt
  return isAll ? met : 16
}

/** `srv1/1f0c9a` is the process 1f0c9a of the pod srv1. */
export const nameOf = (instance: string): string => instance.split('/')[0] ?? instance
