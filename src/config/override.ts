import type { Kind } from '../probes/kind.ts'
import type { Draft } from './draft.ts'
import { type Path, pathText } from './mistake.ts'
import { nearest } from './nearest.ts'
import { overrides } from './overrides.ts'
import type { Command } from './schema.ts'

export interface Overridden {
  /** The flag or variable that wrote at `path`, around it or inside it. */
  readonly wroteAt: (path: Path) => string | undefined
  readonly mistakes: readonly string[]
  readonly warnings: readonly string[]
}

interface Given {
  readonly command: Command
  readonly flags: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly kinds: readonly Kind[]
}

/** Writes flags and LONGHOLD_ variables into the draft; a flag wins over its variable. */
export function override(draft: Draft, { command, flags, env, kinds }: Given): Overridden {
  const origins = new Map<string, string>()
  const mistakes: string[] = []
  const warnings = unknownVariables(env)
  for (const { flag, env: variable, commands, apply, form } of overrides) {
    const written = flags[flag]
    const text = written ?? fromEnvironment(env[variable])
    if (text === undefined || !commands.includes(command)) continue
    const origin = written === undefined ? variable : `--${flag}`
    if (form && !form.fits(text)) {
      mistakes.push(`${origin}: expected ${form.expected}, found ${JSON.stringify(text)}`)
      continue
    }
    const paths = apply(draft, text, kinds)
    for (const path of paths) origins.set(pathText(path), origin)
    // A flag was typed for this very run; a variable may be set for many.
    if (paths.length === 0)
      (written === undefined ? warnings : mistakes).push(`${origin}: no setting of this configuration takes it`)
  }
  return { wroteAt: path => originOf(path, origins), mistakes, warnings }
}

function originOf(path: Path, origins: ReadonlyMap<string, string>): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(pathText(path.slice(0, length)))
    if (origin !== undefined) return origin
  }
  return undefined
}

/** Kubernetes gives every container LONGHOLD_PORT=tcp://10.0.0.1:80 for a Service named "longhold": not meant for us. */
function fromEnvironment(text: string | undefined): string | undefined {
  return text === undefined || text === '' || /^(tcp|udp|sctp):\/\//.test(text) ? undefined : text
}

/** Variables that look like ours by all but a letter or two. */
function unknownVariables(env: Given['env']): string[] {
  const known = overrides.map(({ env }) => env)
  return Object.keys(env)
    .filter(name => name.startsWith('LONGHOLD_') && !known.includes(name))
    .flatMap(name => {
      const meant = nearest(
        name.slice('LONGHOLD_'.length),
        known.map(each => each.slice('LONGHOLD_'.length)),
      )
      return meant && env[name] === fromEnvironment(env[name])
        ? [`${name}: not a variable of longhold (did you mean LONGHOLD_${meant}?)`]
        : []
    })
}
