import type { Thing } from './thing.ts'
import type { Happening } from './store.ts'

/** Which objects a request is about: those of a namespace, and of a field selector such as `status.phase!=Failed`. */
export type Selection = (thing: Thing) => boolean

/** `undefined` for a selector that is none. */
export function selection(namespace: string | undefined, fieldSelector: string): Selection | undefined {
  const terms = fieldSelector
    .split(',')
    .filter(term => term !== '')
    .map(termOf)
  if (terms.some(term => term === undefined)) return undefined
  return thing =>
    (namespace === undefined || thing.metadata.namespace === namespace) && terms.every(term => term?.(thing))
}

function termOf(text: string): Selection | undefined {
  const [, field = '', operator, value] = /^([\w.]+)(!=|==?)([\w.-]*)$/.exec(text) ?? []
  if (operator === undefined) return undefined
  return thing => {
    const found = field.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], thing) // any depth
    return ((found ?? '') === value) === (operator !== '!=')
  }
}

/** As a watch tells it: what enters the selection is added, what leaves it is deleted, with what it was, at the version of its end. */
export function eventOf({ before, after, version }: Happening, selects: Selection) {
  const was = before !== undefined && selects(before)
  const is = after !== undefined && selects(after)
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after }
  if (!was) return undefined
  return { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } } }
}
