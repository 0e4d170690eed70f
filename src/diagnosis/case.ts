import type { Disturbed } from '../outcome/disturbed.ts'
import type { Asked, Ended, Stamp } from '../outcome/observation.ts'
import type { CohortHistory, History, ProbeHistory } from './history.ts'
import { readingsOf, type Readings } from './readings.ts'

/** Something that went wrong once: a connection's unplanned end, or a question without its answer. */
export type Symptom = (Ended | Asked) & Stamp
export type Death = Ended & Stamp
export type Question = Asked & Stamp

/** Everything a rule may look at. Rules are pure: they ask for nothing, they read this. */
export interface Case {
  /** Epoch ms of the examination. */
  readonly at: number
  /** Cohorts and probes of the client side; histories hold what went well, too. */
  readonly cohorts: readonly CohortHistory[]
  readonly probes: readonly ProbeHistory[]
  /** Cohorts as a server half in the same process saw them (`pair`). */
  readonly serverCohorts: readonly CohortHistory[]
  /** Unplanned ends on the client side, not yet explained by a verdict that is closed. Oldest first. */
  readonly deaths: readonly Death[]
  /** Planned ends. */
  readonly goodbyes: readonly Death[]
  /** Questions that were not answered as they should, likewise. */
  readonly misses: readonly Question[]
  readonly disturbed: readonly (Disturbed & Stamp)[]
  /** Facts, by source and scope, parsed and trusted no further than their schema. */
  readonly facts: Readings
}

/** So far back symptoms are judged, ms; longer for cohorts whose silences are long. */
const horizonMs = 600_000

/** `spent`: symptoms that a closed verdict has explained. */
export function caseOf(history: History, at: number, spent: { has(symptom: Symptom): boolean }): Case {
  const cohorts = [...history.cohorts]
  const mine = cohorts.filter(({ of }) => of.side === 'client')
  const probes = [...history.probes]
  const judged = (symptom: Symptom, horizon: number) => symptom.at >= at - horizon && !spent.has(symptom)
  const ends = mine.flatMap(({ ends }) => [...ends])
  return {
    at,
    cohorts: mine,
    probes,
    serverCohorts: cohorts.filter(({ of }) => of.side === 'server'),
    deaths: ends
      .filter(end => isDeath(end) && judged(end, Math.max(horizonMs, 2 * end.idleMs)))
      .toSorted((a, b) => a.at - b.at),
    goodbyes: ends.filter(({ planned, fate }) => planned && fate !== 'cancelled').toSorted((a, b) => a.at - b.at),
    misses: probes
      .flatMap(({ asks }) => [...asks])
      .filter(each => isMiss(each) && judged(each, horizonMs))
      .toSorted((a, b) => a.at - b.at),
    disturbed: [...history.disturbed],
    facts: readingsOf(history.evidence),
  }
}

export const isDeath = ({ planned, fate }: Ended): boolean => !planned && fate !== 'cancelled'

/** An answer with an error code is an answer, but not as it should be: a server that fails is a symptom, a name that does not exist is none. */
export const isMiss = ({ fate, rcode }: Asked): boolean =>
  fate !== 'cancelled' && (fate !== 'ok' || (rcode !== undefined && failing.has(rcode)))

const failing = new Set(['SERVFAIL', 'REFUSED', 'NOTIMP', 'FORMERR', 'NOTAUTH'])

/** How a series is named in a verdict: `tcp-hold/no-keepalive`, `dns/cluster-dns pinned`. */
export const seriesName = (of: Symptom | CohortHistory['of'] | ProbeHistory['of']): string =>
  'cohort' in of ? `${of.kind}/${of.cohort}` : `${of.kind}/${of.probe} ${of.mode}`

/** A stall of ours can make a timeout out of anything; a word of the kernel's stands. */
export const isTrusted = ({ suspect, fate }: Symptom): boolean => !suspect || fate !== 'timeout'
