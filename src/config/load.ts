import { hostname, networkInterfaces } from 'node:os'
import { Problem } from '../outcome/problem.ts'
import type { Kind } from '../probes/kind.ts'
import { checksOf, warningsOf } from './checks.ts'
import { defaultsOf } from './defaults.ts'
import { readDocument, type Written } from './document.ts'
import { type Draft, isDraft, over } from './draft.ts'
import { foundAt } from './found.ts'
import { type Mistake, pathText } from './mistake.ts'
import { mistakesOf } from './mistakes.ts'
import { override, type Overridden } from './override.ts'
import { readFile } from './read-file.ts'
import { type Command, type Config, configSchema } from './schema.ts'

export interface Source {
  readonly command: Command
  /** A configuration file. */
  readonly file?: string | undefined
  /** Its text, where there is no file. */
  readonly text?: string | undefined
  /** Overrides by the name of their flag, as they were written. */
  readonly flags: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Loaded {
  readonly config: Config
  /** Sentences about what will work, but hardly as meant. */
  readonly warnings: readonly string[]
}

/**
 * The configuration a command runs with: a flag over its LONGHOLD_ variable over the file over the defaults of the
 * command. Throws one Problem (exit code 2) with every mistake there is, a line each: `FILE:LINE: path: expected X, found Y`.
 */
export function loadConfig(kinds: readonly Kind[], { command, file, text, flags, env }: Source): Loaded {
  const name = file ?? 'configuration'
  const written = readDocument(file === undefined ? (text ?? '') : readFile(file))
  refuse(written.errors.map(({ line, sentence }) => `${name}:${line}: ${sentence}`))
  if (!isDraft(written.value))
    refuse([`${name}:1: expected settings such as "probes:", found ${foundAt(written.value, [])}`])
  const merged = over(defaultsOf(command), written.value as Draft) // refuse() has just thrown for anything else
  const overridden = override(merged, { command, flags, env, kinds })
  const placed = placer(name, written, overridden)
  const schema = configSchema(kinds)
  const mistakes = [...mistakesOf(schema, merged), ...checksOf(merged)]
  const fromTheTop = mistakes.toSorted((a, b) => written.lineOf(a.path) - written.lineOf(b.path))
  refuse([...overridden.mistakes, ...fromTheTop.map(placed)])
  const config = whatRuns(command, schema.decode(merged), env)
  return { config, warnings: [...overridden.warnings, ...warningsOf(config).map(placed)] }
}

/** Throws unless there is nothing to say. The same sentence is said once, and a flood of them is cut. */
function refuse(sentences: readonly string[]): void {
  const all = [...new Set(sentences)]
  if (all.length === 0) return
  const cut = all.length > 50 ? [...all.slice(0, 50), `... and ${all.length - 50} more`] : all
  throw new Problem(cut.join('\n'), 2)
}

/** Puts the place in front: the flag or variable that wrote there last, or else file and line. */
function placer(name: string, written: Written, { wroteAt }: Overridden) {
  return ({ path, sentence }: Mistake): string => {
    const origin = wroteAt(path)
    // Many cohorts share a flag: naming each of them would say the same thing over and over.
    if (origin !== undefined)
      return `${origin}: ${String(path.findLast(step => typeof step === 'string'))}: ${sentence}`
    const where = path.length > 0 ? `${pathText(path)}: ` : ''
    return `${name}:${written.lineOf(path)}: ${where}${sentence}`
  }
}

/** A client answers nothing and a server asks nothing, whatever a shared file says; and everybody is somebody. */
function whatRuns(command: Command, config: Config, env: Source['env']): Config {
  const { pod, node, ip, zone }: Partial<Config['identity']> = config.identity // the schema leaves out what was not written
  return {
    ...config,
    identity: {
      pod: pod ?? (env.HOSTNAME || hostname()),
      node: node ?? hostname(),
      ip: ip ?? ownAddress(),
      ...(zone !== undefined && { zone }),
    },
    server: command === 'client' ? {} : switchedOn(config.server),
    probes: command === 'server' ? [] : config.probes,
  }
}

const switchedOn = (server: Config['server']): Config['server'] =>
  Object.fromEntries(Object.entries(server).filter(([, settings]) => settings !== undefined && settings !== 'off'))

/** The first address that is not loopback, or else the first. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return (all.find(({ internal }) => !internal) ?? all[0])?.address ?? '127.0.0.1'
}
