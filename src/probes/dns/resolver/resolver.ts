import { setMaxListeners } from 'node:events'
import { pending } from '../../../datagram/pending.ts'
import { classify } from '../../../outcome/classify.ts'
import type { Stray } from '../../../datagram/line.ts'
import type { Word } from '../../../outcome/fate.ts'
import type { OfProbe } from '../../../outcome/observation.ts'
import type { Address } from '../../../settings/address.ts'
import type { World } from '../../kind.ts'
import { type Found, lookUp } from './lookup.ts'
import type { Options } from './options.ts'
import { searchFor } from './search.ts'

/** glibc reads no more name servers than this (MAXNS). */
export const mostServers = 3
/** Lookups under way at once. A slow one does not hold up the next, but there is an end to it: beyond it a beat is skipped. */
export const mostLookups = 32

export interface Resolving {
  readonly of: OfProbe
  readonly servers: readonly Address[]
  readonly options: Options
  readonly world: World
}

/** Looks names up as getaddrinfo would, and tells what an application would have waited. */
export function resolver({ of, servers, options, world }: Resolving) {
  const { clock } = world
  const over = new AbortController()
  const lookups = pending()
  setMaxListeners(0, over.signal)
  let turn = 0

  async function resolve(name: string): Promise<void> {
    const began = clock.steady()
    const tries = { count: 0 }
    const offset = options.rotate ? turn++ % servers.length : 0
    const onStray = (what: Stray) => world.tell({ type: 'strayed', ...of, what })
    const search = { options, servers, offset, clock, signal: over.signal, tries, onStray }
    const ended = await searchFor(name, options, candidate => lookUp(candidate, search)).then(
      found => ({ ...inWords(found), endedAt: found.last?.at ?? clock.steady() }),
      (error: unknown) => ({ ...classify(error), endedAt: clock.steady() }),
    )
    const { endedAt, ...words } = ended
    const tookUs = Math.max(0, Math.round((endedAt - began) * 1000))
    world.tell({ type: 'asked', ...of, question: name, phase: 'wait', ...words, tookUs, tries: tries.count })
  }

  return {
    ask(name: string): void {
      if (lookups.size >= mostLookups) {
        world.log.debug(`${of.probe}: ${mostLookups} lookups are under way, ${name} has to wait for its next turn`)
        return
      }
      lookups.add(resolve(name))
    },
    /** Tells what is under way as cancelled. Resolves when that is done. */
    stop(): Promise<void> {
      over.abort()
      return lookups.ended()
    },
  }
}

function inWords({ outcome, word, rcode, by, truncated, last, flow }: Found) {
  const { fate, code } = word ?? wordOf(outcome, rcode)
  const lost = fate === 'ok' ? undefined : flow()
  return {
    fate,
    code,
    ...(lost && { flow: lost }),
    ...(rcode !== undefined && { rcode }),
    ...(by !== undefined && { by }),
    ...(truncated && { truncated }),
    ...(rcode !== undefined && { stamp: last?.stamp ?? ('user' as const) }),
  }
}

function wordOf(outcome: Found['outcome'], rcode: string | undefined): Word {
  if (rcode !== undefined) return { fate: 'ok', code: '' }
  if (outcome === 'refused') return { fate: 'refused', code: 'ECONNREFUSED' }
  if (outcome === 'malformed') return { fate: 'wrong-reply', code: 'WRONG_REPLY malformed' }
  return { fate: 'timeout', code: 'ETIMEDOUT' }
}
