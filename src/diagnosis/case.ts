import type { Disturbed } from '../outcome/disturbed.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Asked, Ended, Observation, Opened, Stamp } from '../outcome/observation.ts'
import type { CohortHistory, Farewell, History, ProbeHistory } from './history.ts'
import { readingsOf, type Readings } from './readings.ts'
import type { TimeoutChange } from './timeout-watch.ts'

export type Death = Ended & Stamp
export type Question = Asked & Stamp
/** A connection that came up late: its first packet was lost, and sent again. */
export type LateOpening = Opened & Stamp
/**
 * Something that went wrong once: a connection's unplanned end, a question without its answer, an opening that took too long; or that
 * a path is not what it was.
 */
export type Symptom = Death | Question | LateOpening | TimeoutChange

/** Everything a rule may look at. Rules are pure: they ask for nothing, they read this. */
export interface Case {
  /** Epoch ms of the examination. */
  readonly at: number
  /** Who we are, as we would tell a server; absent where a history has no beginning. */
  readonly self: Identity | undefined
  /** Cohorts and probes of the client side; histories hold what went well, too. */
  readonly cohorts: readonly CohortHistory[]
  readonly probes: readonly ProbeHistory[]
  /** Cohorts as a server half in the same process saw them (`pair`). */
  readonly serverCohorts: readonly CohortHistory[]
  /** Unplanned ends on the client side, not yet explained by a verdict that is closed. Oldest first. */
  readonly deaths: readonly Death[]
  /** Openings that took a retransmission, likewise. */
  readonly lateOpenings: readonly LateOpening[]
  /** Planned ends, and openings that failed because of one, likewise. */
  readonly goodbyes: readonly Death[]
  /** Servers that said goodbye, by instance. */
  readonly farewells: ReadonlyMap<string, Farewell>
  /** Questions that were not answered as they should, likewise. */
  readonly misses: readonly Question[]
  /** Idle timeouts that were measured, and are measured otherwise since, likewise. */
  readonly changes: readonly TimeoutChange[]
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
  const judged = (symptom: Symptom) => judgedUntil(symptom) >= at && !spent.has(symptom)
  const troubled = mine.filter(cohort => cohort.judgedUntil >= at)
  const ends = troubled.flatMap(({ ends }) => [...ends].filter(end => isSymptom(end) && judged(end)))
  return {
    at,
    self: history.self,
    cohorts: mine,
    probes,
    serverCohorts: cohorts.filter(({ of }) => of.side === 'server'),
    deaths: inOrder(ends.filter(isDeath)),
    lateOpenings: inOrder(troubled.flatMap(({ opens }) => [...opens].filter(each => isLate(each) && judged(each)))),
    farewells: history.farewells,
    goodbyes: inOrder(ends.filter(isGoodbye)),
    misses: inOrder(
      probes
        .filter(({ missedAt }) => missedAt >= at - horizonMs)
        .flatMap(({ asks }) => [...asks].filter(each => isMiss(each) && judged(each))),
    ),
    changes: [...history.changes].filter(judged),
    disturbed: [...history.disturbed],
    facts: readingsOf(history.evidence),
  }
}

/** Epoch ms until which it is judged, if it is a symptom at all; what is none is never judged. */
export function judgedUntil(news: ((Ended | Opened | Asked) & Stamp) | TimeoutChange): number {
  if (news.type === 'timeout-changed') return news.at + horizonMs
  if (!isSymptom(news)) return -Infinity
  return news.at + (news.type === 'ended' && isDeath(news) ? Math.max(horizonMs, 2 * news.idleMs) : horizonMs)
}

const inOrder = <T extends Stamp>(all: readonly T[]): T[] => all.toSorted((a, b) => a.at - b.at)

/** Whether there is anything to explain. */
export const hasSymptoms = ({ deaths, lateOpenings, goodbyes, misses, changes }: Case): boolean =>
  deaths.length + lateOpenings.length + goodbyes.length + misses.length + changes.length > 0

/** Something went wrong, or was said to end. */
export function isSymptom(news: Observation): boolean {
  if (news.type === 'ended') return isDeath(news) || isGoodbye(news)
  return (news.type === 'asked' && isMiss(news)) || (news.type === 'opened' && isLate(news))
}

/** A SYN that is not answered is sent again after a second (RFC 6298), and no sooner; a timer may ring a tick early. */
export const isLate = ({ tookUs }: Pick<Opened, 'tookUs'>): boolean => tookUs >= 990_000

const isGoodbye = ({ planned, fate }: Ended): boolean => planned && fate !== 'cancelled'

export const isDeath = ({ planned, fate }: Ended): boolean => !planned && fate !== 'cancelled'

/** An answer with an error code is an answer, but not as it should be: a server that fails is a symptom, a name that does not exist is none. */
export const isMiss = ({ fate, rcode }: Asked): boolean =>
  fate !== 'cancelled' && (fate !== 'ok' || (rcode !== undefined && failing.has(rcode)))

const failing = new Set(['SERVFAIL', 'REFUSED', 'NOTIMP', 'FORMERR', 'NOTAUTH'])

/** How a series is named in a verdict: `tcp-hold/no-keepalive`, `dns/cluster-dns pinned`. */
export const seriesName = (of: Exclude<Symptom, TimeoutChange> | CohortHistory['of'] | ProbeHistory['of']): string =>
  'cohort' in of ? `${of.kind}/${of.cohort}` : `${of.kind}/${of.probe} ${of.mode}`

/** Every series that a symptom is of. */
export const seriesNames = (symptom: Symptom): readonly string[] =>
  symptom.type === 'timeout-changed' ? symptom.cohorts : [seriesName(symptom)]

/** A stall of ours can make a timeout out of anything; a word of the kernel's stands. */
export const isTrusted = (symptom: Symptom): boolean =>
  !symptom.suspect || ('fate' in symptom && symptom.fate !== 'timeout')
