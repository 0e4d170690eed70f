import type { Clock } from '../../../clock.ts'
import { mostKept, type Objects, weightOf } from '../objects/kept.ts'
import { parseObject, parsePage } from '../parse.ts'
import { type Kind, pathOf } from '../resources.ts'
import type { Api } from './api.ts'
import { limit } from './limit.ts'
import { whole } from './lines.ts'
import type { Pace } from './pace.ts'

/** Objects in a page: parsing a thousand pods at once would hold up the event loop for as long as we call a stall. */
const perPage = 100
const mostOfPage = 32 * 1024 * 1024
/** Ten times what there is room for: a server that never says the last page is a broken one. */
const mostPages = (10 * mostKept) / perPage

export interface Listed<T> {
  readonly objects: readonly T[]
  /** What a watch goes on from. */
  readonly version: string
  readonly cut: boolean
  /** Objects that are none we understand. */
  readonly unreadable: number
}

export interface Whose {
  readonly api: Api
  readonly clock: Clock
  readonly closing: AbortSignal
  readonly pace: Pace
  /** Only in this namespace. */
  readonly namespace: string | undefined
}

/** All objects of a kind, page by page, as they were at one moment. Rejects with a `Refusal` or the system's error. */
export async function list<K extends Kind>(kind: K, whose: Whose): Promise<Listed<Objects[K]>> {
  const objects: Objects[K][] = []
  let next: string | undefined
  let weight = 0
  let unreadable = 0
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await pageOf(kind, next, whose)
    for (const item of page.items) {
      const object = parseObject(kind, item)
      if (!object) unreadable += 1
      else if ((weight += weightOf(object)) <= mostKept) objects.push(object)
    }
    const cut = weight > mostKept
    if (page.next === undefined || cut) return { objects, version: page.version, cut, unreadable }
    next = page.next
  }
  throw new Error(`its list of ${kind} does not end`)
}

async function pageOf(kind: Kind, next: string | undefined, { api, clock, closing, pace, namespace }: Whose) {
  using limited = limit(clock, closing)
  limited.within(pace.pageMs, `a page of ${kind} took longer than ${pace.pageMs} ms`)
  // Without a resourceVersion: the newest there is. Every page says the same version, that of the first.
  const path = pathOf(kind, namespace, { limit: String(perPage), ...(next !== undefined && { continue: next }) })
  const page = parsePage(await whole(await api.get(path, limited), mostOfPage))
  if (!page) throw new Error(`its answer is no list of ${kind}`)
  return page
}
