import type { Log } from '../../../log.ts'
import { backoff } from '../../../schedule/spread.ts'
import { Absent } from '../../source.ts'
import type { NewsOf } from '../objects/kept.ts'
import { parseObject } from '../parse.ts'
import { type Kind, resources } from '../resources.ts'
import { type Health, whyNot } from './health.ts'
import { list, type Whose } from './list.ts'
import { Refusal } from './refusal.ts'
import { watch } from './watch.ts'

export interface Reflecting<K extends Kind> extends Omit<Whose, 'namespace'> {
  readonly kind: K
  readonly random: () => number
  readonly log: Log
  readonly health: Health
  readonly tell: (news: NewsOf<K>) => void
}

/** After so many failures in a row what we know is listed anew: going on from where we were may be what fails. */
const enough = 5
/** A watch that is over sooner, ms, and said nothing, has failed: going on at once would be a flood of our own. */
const tooShortMs = 1000

/**
 * Lists a kind and watches it, for good: goes on after a connection that was dropped, lists anew when the server no longer
 * knows what we know, and waits longer each time something fails. Resolves when it is told to end; never rejects.
 */
export async function reflect<K extends Kind>(about: Reflecting<K>): Promise<void> {
  const { kind, api, clock, closing, health, pace } = about
  const complain = complaints(about)
  let at = everywhere
  let askedAll = clock.steady()
  let listedIn: Place | undefined
  let failures = 0
  while (!closing.aborted) {
    try {
      if (at.version === undefined) {
        if (at.namespace === undefined) askedAll = clock.steady()
        const isNew = listedIn === undefined || listedIn.namespace !== at.namespace
        listedIn = at = { ...at, version: await learn(about, at.namespace, isNew) }
      }
      await follow(about, at, version => {
        at = { ...at, version }
        failures = 0
        if (!health.only) complain(undefined)
      })
      failures = 0
      if (at.namespace !== undefined && clock.steady() - askedAll > pace.widenMs) at = everywhere
    } catch (error) {
      if (closing.aborted) return
      failures += 1
      const verb = at.version === undefined ? 'list' : 'watch'
      const why = whyNot(error, { kind, verb, namespace: at.namespace })
      health.why = is(error, 403) ? (health.only?.why ?? why) : why // what would help is the whole cluster
      if (isWorthSaying(error, failures)) complain(health.why)
      if (is(error, 410) || is(error, 403) || failures % enough === 0) at = { ...at, version: undefined }
      if (is(error, 403) && verb === 'list') {
        at = { ...at, namespace: elsewhere(about, at.namespace) }
        if (at.namespace !== undefined) continue // what is forbidden in the cluster may be allowed at home
      }
      api.renew()
      await clock.sleep(pauseMs(about, error, failures), closing).catch(() => {})
    }
  }
}

/** Where a watch goes on from; without a version everything is listed first. */
interface Place {
  readonly namespace: string | undefined
  readonly version: string | undefined
}

const everywhere: Place = { namespace: undefined, version: undefined }

/** The next scope to try where listing is forbidden: our own namespace after the cluster, the cluster after that. */
function elsewhere(
  { kind, api, health }: Pick<Reflecting<Kind>, 'kind' | 'api' | 'health'>,
  namespace: string | undefined,
) {
  const home = namespace === undefined && resources[kind].namespaced ? api.namespace() : undefined
  if (home === undefined) delete health.only
  else health.only = { namespace: home, why: health.why ?? '' }
  return home
}

/** Everything of a kind; resolves to what a watch goes on from. `isNew`: it is not comparable with what was listed before. */
async function learn<K extends Kind>(
  about: Reflecting<K>,
  namespace: string | undefined,
  isNew: boolean,
): Promise<string> {
  const { kind, clock, health, tell } = about
  const after = isNew ? undefined : health.heardAt
  const { objects, version, cut, unreadable } = await list(kind, { ...about, namespace })
  if (namespace === undefined) delete health.only
  health.heardAt = clock.now()
  health.unreadable = unreadable
  tell({
    type: 'listed',
    kind,
    at: clock.now(),
    isNew,
    objects,
    ...(after !== undefined && { after }),
    ...(cut && { cut }),
  })
  return version
}

async function follow<K extends Kind>(
  about: Reflecting<K>,
  { version = '', namespace }: Place,
  advance: (version: string) => void,
): Promise<void> {
  const { kind, clock, health, tell } = about
  const began = clock.steady()
  let events = 0
  await watch(
    kind,
    version,
    { ...about, namespace },
    {
      onSign() {
        health.heardAt = clock.now()
        delete health.why
      },
      onEvent(event) {
        events += 1
        advance(event.version)
        if (event.type === 'bookmark') return
        const object = parseObject(kind, event.object)
        if (!object) health.unreadable += 1
        else if (event.type === 'applied') tell({ type: 'applied', kind, at: clock.now(), object })
        else tell({ type: 'deleted', kind, at: clock.now(), key: object.key })
      },
    },
  )
  if (events === 0 && clock.steady() - began < tooShortMs) throw new Error(`its watch of ${kind} ends at once`)
}

/** Says each reason once, and when it is over. */
function complaints({ kind, log }: Pick<Reflecting<Kind>, 'kind' | 'log'>): (why: string | undefined) => void {
  let said: string | undefined
  return why => {
    if (why === said) return
    said = why
    if (why === undefined) log.info({ kind }, 'the Kubernetes API is heard again')
    else log.warn({ kind, why }, 'a kind of object cannot be read from the Kubernetes API')
  }
}

/** What is not allowed, or not there, will not be so in a second. Whoever asks us to wait is heard. */
function pauseMs(
  { pace, random }: Pick<Reflecting<Kind>, 'pace' | 'random'>,
  error: unknown,
  failures: number,
): number {
  if (is(error, 403) || is(error, 404)) return pace.forbiddenMs * (0.75 + random() / 4)
  const asked = error instanceof Refusal ? (error.retryAfterMs ?? 0) : 0
  return Math.max(asked, backoff(failures - 1, pace.retry, random))
}

/** Connections end, and versions grow old: that is nothing yet. Outside of a cluster there is none to miss. */
const isWorthSaying = (error: unknown, failures: number): boolean =>
  error instanceof Refusal ? error.code !== 410 : failures > 1 && !(error instanceof Absent)

const is = (error: unknown, code: number): boolean => error instanceof Refusal && error.code === code
