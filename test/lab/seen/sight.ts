import type { Account } from '../../../src/ledger/ledger.ts'
import type { Side } from '../../../src/outcome/observation.ts'
import type { Incident, Look, Moment, Seen } from './incident.ts'
import { counter } from './kernel-text.ts'

type Of<K extends Seen['type']> = Extract<Seen, { type: K }>
/** Fields an observation must have; a list means any of these. */
type Where<K extends Seen['type']> = { readonly [F in keyof Of<K>]?: Of<K>[F] | readonly Of<K>[F][] }

/** Observations, narrowed down by whose they are and when they were made. */
export interface Observations {
  ended(where?: Where<'ended'>): Of<'ended'>[]
  opened(where?: Where<'opened'>): Of<'opened'>[]
  exchanged(where?: Where<'exchanged'>): Of<'exchanged'>[]
  asked(where?: Where<'asked'>): Of<'asked'>[]
  /** Of those asked, the ones that no stall of ours may have spoilt; all, where there are no others. */
  undisturbed(where?: Where<'asked'>): Of<'asked'>[]
  strayed(where?: Where<'strayed'>): Of<'strayed'>[]
  swept(where?: Where<'swept'>): Of<'swept'>[]
  /** Unplanned ends, and questions that did not end well. */
  faults(): Seen[]
  /** Made after that was done, or `ms` after it. */
  since(moment: string, ms?: number): Observations
  /** Made before that began. */
  before(moment: string): Observations
  /** Of attempts that began after that was done, and before `to` was begun. */
  begun(from: string, to?: string): Observations
}

/** All there is to judge a run by. Pure: an incident read from a file gives the same. */
export interface Sight {
  readonly client: Observations
  readonly servers: Observations
  /** What a ledger said of connections, at a look. */
  ledger(look: string): (Account & { readonly pod: string })[]
  /** By how much a kernel's counter rose between two looks, such as `Ip InAddrErrors` or `conntrack drop`. */
  rose(host: string, name: string, between?: readonly [from: string, to: string]): number
  /** Lines of a kernel's text at a look that hold every one of `words`. */
  lines(host: string, source: string, look: string, ...words: string[]): string[]
  moment(name: string): Moment | undefined
}

/** What a run is judged by: all until it `ended`. What longhold watched on for is not part of it. */
export function sightOfRun(incident: Incident): Sight {
  const end = incident.moments.find(({ name }) => name === 'ended')?.at ?? Infinity
  return sightOf({ ...incident, observations: incident.observations.filter(({ at }) => at <= end) })
}

export function sightOf({ observations, moments, looks }: Pick<Incident, 'observations' | 'moments' | 'looks'>): Sight {
  const moment = (name: string) => moments.findLast(each => each.name === name)
  const look = (name: string): Look | undefined => looks.findLast(each => each.name === name)
  const of = (half: Side) =>
    narrowed(
      observations.filter(each => each.half === half),
      moment,
    )
  return {
    client: of('client'),
    servers: of('server'),
    moment,
    ledger: name =>
      Object.entries(look(name)?.ledgers ?? {}).flatMap(([pod, accounts]) => accounts.map(each => ({ ...each, pod }))),
    rose(host, name, [from, to] = ['started', 'ended']) {
      const at = (which: string) => counter(look(which)?.kernels[host] ?? {}, name)
      return at(to) - at(from)
    },
    lines: (host, source, name, ...words) =>
      (look(name)?.kernels[host]?.[source] ?? '')
        .split('\n')
        .filter(line => line && words.every(word => line.includes(word))),
  }
}

function narrowed(seen: readonly Seen[], moment: (name: string) => Moment | undefined): Observations {
  const typed =
    <K extends Seen['type']>(type: K) =>
    (where: Where<K> = {}) =>
      seen.filter((each): each is Of<K> => each.type === type && fits(each, where))
  return {
    ended: typed('ended'),
    opened: typed('opened'),
    exchanged: typed('exchanged'),
    asked: typed('asked'),
    undisturbed(where) {
      const all = typed('asked')(where)
      const clean = all.filter(({ suspect }) => !suspect)
      return clean.length > 0 ? clean : all
    },
    strayed: typed('strayed'),
    swept: typed('swept'),
    faults: () => seen.filter(isFault),
    since(name, ms = 0) {
      const at = (moment(name)?.at ?? Infinity) + ms
      return narrowed(
        seen.filter(each => each.at >= at),
        moment,
      )
    },
    begun(name, to) {
      const from = moment(name)?.at ?? Infinity
      const until = to === undefined ? Infinity : (moment(to)?.from ?? Infinity)
      return narrowed(
        seen.filter(each => began(each) >= from && began(each) < until),
        moment,
      )
    },
    before(name) {
      const from = moment(name)?.from ?? Infinity
      return narrowed(
        seen.filter(each => each.at < from),
        moment,
      )
    },
  }
}

/** When an attempt began, epoch ms. Later than that by as long as the process was busy: an answer's time is the kernel's. */
export const began = (each: Seen): number => each.at - ('tookUs' in each ? (each.tookUs ?? 0) / 1000 : 0)

function fits(seen: object, where: object): boolean {
  return Object.entries(where).every(([field, wanted]) => {
    const found: unknown = Reflect.get(seen, field)
    return Array.isArray(wanted) ? wanted.includes(found) : found === wanted
  })
}

/** Where a busy machine kept us from listening, a timeout is no word about anybody else. */
function isFault(seen: Seen): boolean {
  if (seen.type !== 'ended' && seen.type !== 'asked') return false
  if (seen.suspect && seen.fate === 'timeout') return false
  return seen.type === 'ended' ? !seen.planned : seen.fate !== 'ok' && seen.fate !== 'cancelled'
}
