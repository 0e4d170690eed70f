import { type Alone, aloneIn } from '../alone.ts'
import type { Case } from '../case.ts'
import { instancesOf, loyalIn } from '../instances.ts'
import { noIpvs } from '../ipvs-possible.ts'
import { doubt } from '../repicked.ts'
import { servedIn } from '../served.ts'
import { sightingsOf } from '../sightings.ts'

/** A port that can only be led by an old entry, by what the client saw. */
export interface Inferred extends Alone {
  readonly because: string
}

/** Ports that were answered, and then alone hear nothing, where nothing but conntrack remembers ports. */
export const inferredIn = (of: Case): readonly Inferred[] =>
  noIpvs(of) === undefined
    ? []
    : aloneIn(of).flatMap(alone => {
        const because = alone.stretch.before && !isContradicted(of, alone) ? reasonOf(of, alone) : undefined
        return because === undefined ? [] : [{ ...alone, because }]
      })

/** What was read speaks against it: the entry leads to somebody who is served, or translates nothing. */
export const isContradicted = (of: Case, { stretch }: Alone): boolean => {
  const sighting = sightingsOf(of, stretch).at(-1)
  return sighting !== undefined && (!sighting.led.isTranslated || sighting.served.backends.includes(sighting.led.to))
}

function reasonOf(of: Case, alone: Alone): string | undefined {
  const { heard, mostServers } = alone
  const answers = `${heard.length} questions from new ports meanwhile were answered`
  const servers = serversOf(of, alone)
  if (servers !== undefined && mostServers >= servers)
    return `${answers}, which one dead server of ${servers === 1 ? 'the only one' : servers} would not have let happen`
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
