import { type Flow, flowKey } from '../outcome/flow.ts'
import type { Question } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { askedBy, askedIn, isHeard, isTelling, sentAt, sentIn } from './questions.ts'
import type { Meanwhile } from './rises.ts'

/** Questions of one port, one after the other, of which none was heard: through stalls of ours as well, see `isSound`. */
export interface Stretch {
  readonly port: ProbeHistory
  readonly flow: Flow
  readonly unheard: readonly [Question, ...Question[]]
  /** Epoch ms at which the first and the last of them were sent. */
  readonly from: number
  readonly to: number
  /** The last from this port that was heard before, and the first after. */
  readonly before: Question | undefined
  readonly after: Question | undefined
  /** From the one to the other: stalls of ours in between belong to it. */
  readonly whole: Meanwhile
}

/** A time in which nothing was heard from new ports. */
export interface Outage {
  readonly unheard: readonly Question[]
  readonly from: number
  readonly to: number
  /** The last from a new port that was heard before. */
  readonly before: Question | undefined
  /** From that one to the first that was heard after. */
  readonly whole: Meanwhile
}

/** Each time that so many questions from new ports were not heard, one after the other; oldest first. */
export function outagesOf(fresh: readonly ProbeHistory[], least: number): readonly Outage[] {
  const asks = sentIn(fresh, { from: -Infinity, to: Infinity }).toSorted((a, b) => sentAt(a) - sentAt(b))
  const outages: Outage[] = []
  let [unheard, before]: [Question[], Question | undefined] = [[], undefined]
  const close = (after?: Question) => {
    const [first, last] = [unheard[0], unheard.at(-1)]
    if (first && last && unheard.length >= least)
      outages.push({ unheard, from: sentAt(first), to: sentAt(last), before, whole: wholeOf(first, before, after) })
    unheard = []
  }
  for (const ask of asks) {
    if (!isHeard(ask)) {
      unheard.push(ask)
      continue
    }
    close(ask)
    before = ask
  }
  close()
  return outages
}

/** Fewer lost questions than these are the network's right, and no stretch. */
const leastUnheard = 3

/** All there were, oldest first. The port is the same all along; where it asked another address, another stretch begins. */
export function stretchesOf(port: ProbeHistory): readonly Stretch[] {
  const asks = askedBy(port)
  const stretches: Stretch[] = []
  let unheard: Question[] = []
  let before: Question | undefined
  const close = (after?: Question) => {
    const [first, ...rest] = unheard
    const flow = first?.flow
    if (first && flow && unheard.length >= leastUnheard)
      stretches.push({
        port,
        flow,
        unheard: [first, ...rest],
        from: sentAt(first),
        to: sentAt(rest.at(-1) ?? first),
        before,
        after,
        whole: wholeOf(first, before, after),
      })
    unheard = []
  }
  for (const ask of asks) {
    if (isHeard(ask)) {
      close(ask)
      before = ask
      continue
    }
    const flow = unheard[0]?.flow ?? before?.flow
    if (flow && ask.flow && flowKey(flow) !== flowKey(ask.flow)) {
      close()
      before = undefined
    }
    unheard.push(ask)
  }
  close()
  return stretches
}

/**
 * A stall of ours makes timeouts. It is no reason where enough of them were not met by any, or where new ports were heard
 * meanwhile: a stall meets all alike.
 */
export const isSound = ({ unheard, from, to }: Stretch, fresh: readonly ProbeHistory[]): boolean =>
  unheard.filter(isTelling).length >= leastUnheard ||
  askedIn(fresh, { from, to }).filter(isHeard).length >= leastUnheard

const wholeOf = (first: Question, before: Question | undefined, after: Question | undefined): Meanwhile => ({
  from: sentAt(before ?? first),
  to: after ? sentAt(after) : Infinity,
})
