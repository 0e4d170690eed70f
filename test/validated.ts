/** What the packages of kubernetes-models make of a kind. */
interface Model {
  readonly prototype: { validate(this: unknown): void }
}

interface Typed {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * What is wrong with an object by the schema of its kind, and every field that the schema does not have. Kubernetes' schemas leave
 * room for fields nobody knows, which the API server would drop in silence; they are those the validator never looked at.
 */
export async function mistakes(object: Typed): Promise<string[]> {
  const model = await modelOf(object)
  if (!model) return [`expected a kind with a schema, found ${object.apiVersion} ${object.kind}`]
  const seen: Seen = new Map()
  try {
    model.prototype.validate.call(watched(object, seen))
  } catch (error) {
    return [String(error)] // it stops looking at a field that is wrong: what lies below is for the next run
  }
  return neverSeen(object, seen, '')
}

const packages: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'argoproj.io': '@kubernetes-models/argo-rollouts',
}

async function modelOf({ apiVersion, kind }: Typed): Promise<Model | undefined> {
  const from = packages[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models'
  const found = await import(`${from}/${apiVersion}/${kind}`).catch(() => ({}))
  return (found as Readonly<Record<string, Model>>)[kind]
}

type Seen = Map<object, Set<PropertyKey>>

/** The same object, which writes down what is asked of it. */
function watched<T extends object>(value: T, seen: Seen): T {
  const keys = seen.get(value) ?? new Set()
  seen.set(value, keys)
  return new Proxy(value, {
    get(target, key) {
      keys.add(key)
      const found: unknown = Reflect.get(target, key)
      return typeof found === 'object' && found !== null ? watched(found, seen) : found
    },
  })
}

function neverSeen(value: unknown, seen: Seen, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  const known = seen.get(value) ?? new Set()
  return Object.entries(value).flatMap(([key, below]) =>
    known.has(key) ? neverSeen(below, seen, `${path}/${key}`) : [`${path}/${key}: expected a known field`],
  )
}
