import type { Ended, Exchanged, Observation, OfCohort, Speaker, Stamp } from '../outcome/observation.ts'
import type { Change } from './change.ts'
import {
  foldPath,
  keepName,
  type Keepalive,
  keepaliveWord,
  newPath,
  type OfPath,
  type PathSurvival,
  type PathTally,
  showPath,
} from './series.ts'
import { silenceOf } from './silence.ts'

/** The idle timeout of a path changed. */
export interface PathChange extends Change {
  readonly of: OfPath
  readonly cohorts: readonly string[]
}

/** Running survival curves of silences by kind, path, speaker and keepalive profile. Pure: same observations in, same curves out. */
export interface Paths {
  /** Takes everything observed. Returns the change that is certain by now, if there is one. Never throws. */
  fold(news: Observation): PathChange | undefined
  /** Those that know of a silence that is over. */
  show(): readonly PathSurvival[]
  /** For a checkpoint. */
  readonly tallies: Iterable<PathTally>
  readonly members: Iterable<Member>
  /** Goes on from a checkpoint, in place of everything before. */
  restore(tallies: readonly PathTally[], members: readonly Member[]): void
}

/** What is known of a cohort: an end does not say who was to speak, and no silence says which keepalive was on. */
export interface Member extends Pick<OfCohort, 'kind' | 'cohort' | 'path'> {
  keepalive: Keepalive
  speaker: Speaker
}

/** A cohort, and where its silences are counted. */
interface Known extends Member {
  tallies: Partial<Record<Speaker, PathTally>>
}

/** Curves, and cohorts, told apart at most: all of them come from our own configuration. The surplus is counted as kind `other`. */
export const mostPaths = 64
const mostMembers = 256

export function paths(): Paths {
  const tallies = new Map<string, PathTally>()
  const members = new Map<string, Known[]>()

  function memberOf({ kind, cohort, path }: OfCohort): Known {
    const named = members.get(cohort) ?? []
    for (const each of named) if (each.kind === kind && each.path === path) return each
    const made: Known = { kind, cohort, path, keepalive: 'unknown', speaker: 'client', tallies: {} }
    if (members.size < mostMembers) members.set(cohort, [...named, made])
    return made
  }

  function tallyOf(of: OfPath): PathTally {
    const known = tallies.get(keyOf(of))
    if (known) return known
    const seat: OfPath = tallies.size < mostPaths ? of : { ...of, kind: 'other', keepalive: 'unknown' }
    const tally = tallies.get(keyOf(seat)) ?? newPath(seat)
    tallies.set(keyOf(seat), tally)
    return tally
  }

  function hear(news: (Exchanged | Ended) & Stamp): PathChange | undefined {
    const silence = silenceOf(news)
    if (!silence) return undefined
    const member = memberOf(news)
    if (news.type === 'exchanged') member.speaker = news.speaker
    const tally = usual(member, speakerOf(news, member))
    const change = foldPath(tally, silence)
    return change && { ...change, of: tally.of, cohorts: [...tally.cohorts] }
  }

  /** Looked up once for each cohort and speaker: to join a key for each silence would cost more than to count it. */
  function usual(member: Known, speaker: Speaker): PathTally {
    const known = member.tallies[speaker]
    if (known) return known
    const { kind, path, keepalive } = member
    const tally = tallyOf({ kind, path, speaker, keepalive })
    keepName(tally, member)
    member.tallies[speaker] = tally
    return tally
  }

  function set(member: Known, keepalive: Keepalive): void {
    member.keepalive = keepalive
    member.tallies = {}
  }

  /** Paths that the configuration still names are measured on, though their next silence may take a day. */
  function declare({ kind, path }: Pick<OfCohort, 'kind' | 'path'>): void {
    for (const tally of tallies.values())
      if (tally.of.kind === kind && tally.of.path === path) [tally.current, tally.shown] = [true, undefined]
  }

  return {
    fold(news) {
      if (news.type === 'exchanged' || news.type === 'ended') return hear(news)
      if (news.type === 'options-set' && news.side === 'client') set(memberOf(news), news.effective.keepalive)
      if (news.type === 'began') for (const tally of tallies.values()) [tally.current, tally.shown] = [false, undefined]
      if (news.type === 'declared' && 'cohort' in news.series) declare(news.series)
      return undefined
    },
    show: () => [...tallies.values()].flatMap(tally => showPath(tally) ?? []),
    tallies: { [Symbol.iterator]: () => tallies.values() },
    members: {
      *[Symbol.iterator]() {
        for (const named of members.values()) yield* named
      },
    },
    restore(saved, known) {
      tallies.clear()
      members.clear()
      for (const tally of saved) tallies.set(keyOf(tally.of), tally)
      for (const each of known)
        members.set(each.cohort, [...(members.get(each.cohort) ?? []), { ...each, tallies: {} }])
    },
  }
}

/** Who broke, or was to break, the silence: of one that was cut, whoever spoke last in its cohort. */
function speakerOf(news: Exchanged | Ended, { speaker }: Member): Speaker {
  if (news.type === 'exchanged') return news.speaker
  if (news.zombie) return 'server'
  return news.phase === 'exchange' ? 'client' : speaker
}

const keyOf = ({ kind, path, speaker, keepalive }: OfPath): string =>
  `${kind} ${path} ${speaker} ${keepaliveWord(keepalive)}`
