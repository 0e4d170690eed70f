import type { Case, Question } from './case.ts'
import { type Led, ledIn } from './led.ts'
import { sentAt } from './questions.ts'
import type { Meanwhile } from './rises.ts'
import { type Served, servedIn } from './served.ts'
import type { Stretch } from './stretches.ts'

/** One flow at one moment: where conntrack leads it, and where new ones are led. */
export interface Sighting {
  readonly led: Led
  readonly served: Served
  /** Questions of the flow that were sent after both readings and not heard. */
  readonly unheardSince: readonly Question[]
}

/** Both are read in one examination; the agent remembers rules for a while, ms. */
const apartMs = 5000

/** What was seen of a port while it heard nothing, oldest first. */
export const sightingsOf = (of: Case, { flow, unheard, from, to }: Stretch): readonly Sighting[] =>
  sightingsIn(of, flow, { from, to }).map(sighting => ({
    ...sighting,
    unheardSince: unheard.filter(each => sentAt(each) > Math.max(sighting.led.at, sighting.served.at)),
  }))

export function sightingsIn(
  of: Case,
  flow: Stretch['flow'],
  meanwhile: Meanwhile,
): readonly Pick<Sighting, 'led' | 'served'>[] {
  const served = servedIn(of, flow, meanwhile)
  return ledIn(of, flow, meanwhile).flatMap(led => {
    const apart = ({ at }: Served) => Math.abs(at - led.at)
    const [nearest] = served.filter(each => apart(each) <= apartMs).toSorted((a, b) => apart(a) - apart(b))
    return nearest ? [{ led, served: nearest }] : []
  })
}

/** Conntrack and the rules change one after the other: only what goes on for this many questions after both were read is a fault. */
export const leastUnheardSince = 2
