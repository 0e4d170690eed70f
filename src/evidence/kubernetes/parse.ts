import { z } from 'zod'
import type { Objects } from './objects/kept.ts'
import { parseNode, parsePod } from './objects/pods.ts'
import { parseService, parseSlice } from './objects/services.ts'
import type { Kind } from './resources.ts'

/** What is kept of an object of the API, or `undefined` where it is none that we understand. Never throws. */
export function parseObject<K extends Kind>(kind: K, object: unknown): Objects[K] | undefined {
  return parsers[kind](object)
}

const parsers: { readonly [K in Kind]: (object: unknown) => Objects[K] | undefined } = {
  services: parseService,
  endpointslices: parseSlice,
  pods: parsePod,
  nodes: parseNode,
}

/** One page of a list. */
export interface Page {
  readonly items: readonly unknown[]
  /** What a watch may go on from. */
  readonly version: string
  /** Asks for the next page. */
  readonly next?: string
}

/** Opaque: it is handed back as it came, and never compared. */
const version = z.string().min(1).max(64)
const page = z.object({
  metadata: z.object({ resourceVersion: version, continue: z.string().max(65_536).nullish() }),
  items: z.array(z.unknown()).nullish(), // `null` for an empty list, from some servers
})

export function parsePage(text: string): Page | undefined {
  const { data } = page.safeParse(json(text))
  if (!data) return undefined
  const { resourceVersion, continue: next } = data.metadata
  return { items: data.items ?? [], version: resourceVersion, ...(next && { next }) }
}

/** One line of a watch. */
export type Heard =
  | { readonly type: 'applied' | 'deleted'; readonly version: string; readonly object: unknown }
  | { readonly type: 'bookmark'; readonly version: string }
  /** The watch is over, for the reason in this `Status`. */
  | { readonly type: 'error'; readonly status: unknown }

const event = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({ metadata: z.looseObject({ resourceVersion: version.optional() }).optional() }),
})

export function parseEvent(line: string): Heard | undefined {
  const { data } = event.safeParse(json(line))
  if (!data) return undefined
  const { type, object } = data
  if (type === 'ERROR') return { type: 'error', status: object }
  const version = object.metadata?.resourceVersion
  if (version === undefined) return undefined
  if (type === 'BOOKMARK') return { type: 'bookmark', version }
  return { type: type === 'DELETED' ? 'deleted' : 'applied', version, object }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
