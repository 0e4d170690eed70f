import { randomBytes } from 'node:crypto'
import type { Thing } from './thing.ts'
import { type ResourceName, served } from './resources.ts'
import type { Selection } from './selection.ts'
import { badRequest, continueTooOld, type Status } from './status.ts'
import type { Store } from './store.ts'

/** What is left of a list that is being paged through, as it was when it began. */
interface Rest {
  readonly version: number
  readonly things: readonly Thing[]
}

export type Listing = (resource: ResourceName, query: URLSearchParams, selects: Selection) => Status | object

/** Lists with `limit` and `continue`: all pages are of one moment, until that moment is forgotten. */
export function listing(store: Store): Listing {
  const rests = new Map<string, Rest>()

  function restOf(token: string): Rest | Status {
    const rest = rests.get(token)
    if (!rest) return badRequest('continue key is not valid')
    if (rest.version >= store.compacted) return rest
    return continueTooOld(keep({ ...rest, version: store.version }))
  }

  function keep(rest: Rest): string {
    const token = randomBytes(24).toString('base64url')
    rests.set(token, rest)
    return token
  }

  return (resource, query, selects) => {
    const token = query.get('continue')
    const rest = token ? restOf(token) : { version: store.version, things: store.all(resource).filter(selects) }
    if ('kind' in rest) return rest
    const limit = Number(query.get('limit') ?? 0) || rest.things.length
    const [page, after] = [rest.things.slice(0, limit), rest.things.slice(limit)]
    const { kind, version } = served[resource]
    return {
      kind: `${kind}List`,
      apiVersion: version,
      metadata: {
        resourceVersion: String(rest.version),
        ...(after.length > 0 && { continue: keep({ ...rest, things: after }) }),
        // It is not counted where a selector hides some.
        ...(after.length > 0 && !query.get('fieldSelector') && { remainingItemCount: after.length }),
      },
      items: page.map(bare),
    }
  }
}

/** What a list is of is said once, and not again in each item. */
function bare(thing: Thing): object {
  const fields = Object.entries(thing).filter(([field]) => field !== 'kind' && field !== 'apiVersion')
  return Object.fromEntries(fields)
}
