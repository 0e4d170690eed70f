import { z } from 'zod'
import type { Kind } from '../probes/kind.ts'
import type { Path } from './mistake.ts'

/** A configuration as written, before it is checked: anything may stand anywhere. Ours to change. */
export type Draft = Record<string, unknown>

/** True for `{...}` as YAML and JSON have it. */
export const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One entry under `probes:` that is at least a mapping, with its place and the settings its kind knows. */
export interface ProbeDraft {
  readonly path: Path
  readonly probe: Draft
  readonly knows: ReadonlySet<string>
}

export function probeDrafts({ probes }: Draft, kinds: readonly Kind[]): ProbeDraft[] {
  if (!Array.isArray(probes)) return []
  return probes.flatMap((probe: unknown, index) => {
    if (!isDraft(probe)) return []
    const kind = kinds.find(({ name }) => name === probe.kind)
    return [{ path: ['probes', index], probe, knows: new Set(Object.keys(kind?.settings.shape ?? {})) }]
  })
}

/** The entries under `server:` that are switched on, where they listen filled in from the default of the kind. */
export function serverDrafts(
  { server }: Draft,
  kinds: readonly Kind[],
): { readonly path: Path; readonly half: Draft }[] {
  if (!isDraft(server)) return []
  return Object.entries(server).flatMap(([name, half]) => {
    if (!isDraft(half)) return []
    half.listen ??= defaultsOf(kinds.find(kind => kind.name === name)?.server?.settings).listen
    return [{ path: ['server', name], half }]
  })
}

/** What `{}` becomes, as people would write it; nothing where a setting has no default. */
function defaultsOf(schema: z.ZodType | undefined): Draft {
  const filled = schema?.safeDecode({})
  const written: unknown = schema && filled?.success ? z.encode(schema, filled.data) : {}
  return isDraft(written) ? written : {}
}

/** The section as a mapping, made so if it was absent or `off`. */
export function section(draft: Draft, name: string): Draft {
  const there = draft[name]
  if (isDraft(there)) return there
  const made: Draft = {}
  draft[name] = made
  return made
}

/**
 * The file over the defaults: a section the file leaves out is the default's. `server` is a section for each kind, so
 * what a file does not name there stays as it was; `off` is how it is switched off.
 */
export function over(defaults: Draft, file: Draft): Draft {
  const server = isDraft(defaults.server) && isDraft(file.server) ? { ...defaults.server, ...file.server } : undefined
  return { ...defaults, ...file, ...(server && { server }) }
}
