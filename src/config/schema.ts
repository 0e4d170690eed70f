import { z } from 'zod'
import type { Kind } from '../probes/kind.ts'
import { type Address, address } from '../settings/address.ts'
import { bytes } from '../settings/bytes.ts'
import { duration } from '../settings/duration.ts'
import { type Auth, auth, type ListenerTls, listenerTls, tokenFile } from '../settings/secrets.ts'
import { evidence, type EvidenceConfig } from './evidence.ts'

/** The commands that run a configuration. */
export const commands = ['pair', 'client', 'server'] as const
export type Command = (typeof commands)[number]

/** What a process runs with: every default filled in, durations in ms, sizes in bytes. */
export interface Config {
  /** Who we are, as told to the other side. */
  readonly identity: {
    readonly pod: string
    readonly node: string
    readonly ip: string
    readonly zone?: string | undefined
  }
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' }
  readonly web:
    | 'off'
    | {
        readonly listen: Address
        readonly tokenFile?: string | undefined
        readonly tls?: ListenerTls | undefined
      }
  /** How many processes hold connections; `auto`: as many as the limit of open files asks for. */
  readonly processes: 'auto' | number
  /** How both halves know each other on the data ports. */
  readonly auth: Auth
  readonly journal: 'off' | { readonly dir: string; readonly maxBytes: number; readonly interval: number }
  /** How long goodbyes may take when we stop. */
  readonly drain: number
  readonly ledger: { readonly history: number }
  readonly evidence: EvidenceConfig
  /** Settings of each server half that is switched on, by the name of its kind. */
  readonly server: Readonly<Record<string, unknown>>
  readonly probes: readonly ProbeConfig[]
}

/** More of them than a large machine has cores would only take turns. */
export const mostProcesses = 64

/** One entry under `probes:`: its kind, a name of its own, and the settings of that kind. */
export interface ProbeConfig {
  readonly kind: string
  readonly name: string
  readonly [setting: string]: unknown
}

/**
 * The schema of longhold.yaml, made from the registry: each kind brings the schema of its own entries.
 * `z.decode` gives a `Config`, `z.encode` what people would write for it.
 */
export function configSchema(kinds: readonly Kind[]): z.ZodType<Config> {
  const schema = z.strictObject({
    identity: z
      .strictObject({ pod: word.optional(), node: word.optional(), ip: ip.optional(), zone: word.optional() })
      .prefault({})
      .meta({ description: 'who we are, as told to the other side; taken from the environment where left out' }),
    log: z
      .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') })
      .prefault({})
      .meta({ description: 'what is logged when the output is no terminal' }),
    processes: z
      .union([z.literal('auto'), z.int().min(1).max(mostProcesses)], {
        error: () => `"auto", or a number from 1 to ${mostProcesses}`,
      })
      .default('auto')
      .meta({
        description:
          'how many processes share out the held connections; auto: as many as the limit of open files asks for',
      }),
    web: z
      .union([off, web], { error: () => '"off", or {listen: 0.0.0.0:8080}' })
      .prefault({})
      .meta({ description: 'metrics, JSON, health and the page over HTTP' }),
    auth: auth
      .prefault({})
      .meta({ description: 'who may hold connections here and ask for echoes; nothing set: whoever reaches the port' }),
    journal: z
      .union([off, journal], { error: () => '"off", or {dir: ./journal, maxBytes: 64MiB, interval: 60s}' })
      .prefault('off')
      .meta({ description: 'what happened, kept on disk for "longhold report"' }),
    drain: duration({ max: '10m' })
      .prefault('10s')
      .meta({ description: 'how long goodbyes may take when the process stops' }),
    ledger: z
      .strictObject({
        history: z
          .int()
          .min(0)
          .max(1_000_000)
          .default(10_000)
          .meta({ description: 'how many ended connections the server remembers' }),
      })
      .prefault({}),
    evidence: z
      .union([off, evidence], { error: () => '"off", or {every: 15s, agent: node:7002, ledgerPort: 8080}' })
      .prefault({})
      .meta({ description: 'what faults are judged by, and where it is read' }),
    server: z
      .strictObject(Object.fromEntries(kinds.flatMap(serverEntry)))
      .prefault({})
      .meta({ description: 'the halves that answer, one entry a kind' }),
    probes: probesOf(kinds).meta({ description: 'what the client asks and holds' }),
  })
  return schema as unknown as z.ZodType<Config> // a schema made from a list has no static type of its own
}

const off = z.literal('off')

/** What a hello may carry (src/wire/hello.ts). */
const word = z
  .string()
  .regex(/^[\x21-\x7e]{1,253}$/, { error: () => 'a name of 1 to 253 printable characters, no spaces' })
const ip = z.union([z.ipv4(), z.ipv6()], { error: () => 'an IP address such as 10.0.0.7 or fd00::7' })

const web = z.strictObject({
  listen: address(8080, { listening: true }).prefault('0.0.0.0:8080'),
  tokenFile: tokenFile(
    'file with the token who reads has to bear, and with which the servers of this client are asked',
  ).optional(),
  tls: listenerTls.optional().meta({ description: 'HTTPS in place of HTTP' }),
})

const journal = z.strictObject({
  dir: z
    .string()
    .min(1, { error: () => 'a directory' })
    .default('./journal')
    .meta({ description: 'directory it is written to; made where it is missing' }),
  maxBytes: bytes({ min: '64KiB', max: '1024GiB' })
    .prefault('64MiB')
    .meta({ description: 'the oldest files go when it grows beyond this' }),
  interval: duration({ min: '1s', max: '1h' })
    .prefault('60s')
    .meta({ description: 'how often the histograms are written' }),
})

function serverEntry({ name, summary, server }: Kind) {
  if (!server) return []
  const expected = `"off", or settings such as {listen: ...}; {} for the defaults`
  const entry = z.union([off, server.settings], { error: () => expected })
  return [[name, entry.optional().meta({ description: `answers ${name} (${summary})` })] as const]
}

function probesOf(kinds: readonly Kind[]) {
  const entries = kinds.map(({ name, summary, settings }) =>
    settings.safeExtend({ kind: z.literal(name).meta({ description: summary }) }),
  )
  const [first, ...rest] = entries
  return z.array(first ? z.discriminatedUnion('kind', [first, ...rest]) : z.never()).prefault([])
}
