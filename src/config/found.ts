import { stringify } from 'yaml'
import type { Path } from './mistake.ts'

/** What stands at `path`, as a person wrote it and short enough for a sentence. */
export function foundAt(root: unknown, path: Path): string {
  return foundText(valueAt(root, path))
}

/** The value at `path`; `undefined` where there is nothing. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step] // hasOwn has just seen it
        : undefined,
    root,
  )
}

function foundText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(short(value))
  return short(stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim())
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text)
