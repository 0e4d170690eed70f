import { randomUUID } from 'node:crypto'
import { holding, type ResourceName } from './resources.ts'
import type { Thing } from './thing.ts'

/** What happened to one object: what a watch tells, once it is seen through the watch's own selector. */
export interface Happening {
  readonly version: number
  readonly resource: ResourceName
  /** Absent before it was created, and after it was deleted. */
  readonly before?: Thing
  readonly after?: Thing
}

/** Objects with one version for all, and a history that can be forgotten: what etcd is to a real API server. */
export interface Store {
  /** Creates or updates. */
  put(...objects: readonly Thing[]): void
  delete(resource: ResourceName, name: string, namespace?: string): void
  /** Sorted as etcd sorts them. */
  all(resource: ResourceName): readonly Thing[]
  /** What happened after `version`; `undefined` where that is forgotten. */
  since(resource: ResourceName, version: number): readonly Happening[] | undefined
  /** Forgets all history: every version before this one is too old. */
  compact(): void
  readonly version: number
  readonly compacted: number
  onChange(hear: (happening: Happening) => void): () => void
}

export function store(): Store {
  const objects = new Map<string, Thing>()
  const hearers = new Set<(happening: Happening) => void>()
  let history: Happening[] = []
  let version = 1000
  let compacted = 0

  function happens(happening: Happening): void {
    history.push(happening)
    for (const hear of hearers) hear(happening)
  }

  return {
    put(...things) {
      for (const thing of things) {
        const resource = holding(thing['kind'])
        if (!resource) throw new Error(`no such kind: ${JSON.stringify(thing['kind'])}`)
        const key = keyOf(resource, thing.metadata.name, thing.metadata.namespace)
        const before = objects.get(key)
        version += 1
        const uid = thing.metadata.uid ?? before?.metadata.uid ?? randomUUID()
        const after = { ...thing, metadata: { ...thing.metadata, uid, resourceVersion: String(version) } }
        objects.set(key, after)
        happens({ version, resource, after, ...(before && { before }) })
      }
    },
    delete(resource, name, namespace) {
      const key = keyOf(resource, name, namespace)
      const before = objects.get(key)
      if (!before) throw new Error(`there is no ${key}`)
      version += 1
      objects.delete(key)
      happens({ version, resource, before })
    },
    all: resource =>
      [...objects.keys()]
        .filter(key => key.startsWith(`${resource}/`))
        .sort()
        .map(key => objects.get(key) as Thing), // the keys are its own
    since: (resource, from) =>
      from < compacted ? undefined : history.filter(each => each.resource === resource && each.version > from),
    compact() {
      history = []
      compacted = version
    },
    get version() {
      return version
    },
    get compacted() {
      return compacted
    },
    onChange(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
  }
}

const keyOf = (resource: ResourceName, name: string, namespace = ''): string => `${resource}/${namespace}/${name}`
