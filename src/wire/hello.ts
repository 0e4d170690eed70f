import { z } from 'zod'
import type { Identity } from '../outcome/identity.ts'
import { paths } from '../outcome/observation.ts'
import { frame } from './frame.ts'

const word = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/)
/** As configuration spells names: what a stranger sends becomes a metric label. */
const cohort = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
const identity = z.object({
  pod: word(253),
  node: word(253),
  ip: word(64),
  instance: word(32),
  zone: word(253).optional(),
})

/** What the client says first: who it is, which connection this is, and who will break which silence. */
const hello = z.object({
  id: word(32),
  cohort,
  path: z.enum(paths),
  speaker: z.enum(['client', 'server', 'both']),
  /** The silences the server keeps when it is the speaker, ms, in turn. The server keeps none shorter than 50 ms. */
  idleMs: z.array(z.int().min(50).max(604_800_000)).min(1).max(64).readonly(),
  deadlineMs: z.int().min(10).max(600_000),
  from: identity,
  /** That the client knows the token of both; how it is written is src/secrets/proof.ts's to say. */
  proof: z.string().min(1).max(100).optional(),
})
export type Hello = z.output<typeof hello>

/** What is proven: all that a hello says to the servers of one kind, in an order that is always the same. */
export function saidIn(kind: string, { id, cohort, path, speaker, idleMs, deadlineMs, from }: Hello): string {
  const { pod, node, ip, instance } = from
  return JSON.stringify(['hello', kind, id, cohort, path, speaker, idleMs, deadlineMs, pod, node, ip, instance])
}

/** The server's answer: who it is. */
const welcome = z.object({ from: identity })

export const helloFrame = (value: Hello): Buffer => frame('hello', Buffer.from(JSON.stringify(value)))
export const welcomeFrame = (from: Identity): Buffer => frame('welcome', Buffer.from(JSON.stringify({ from })))
/** Goodbyes of an end that was meant to come. Any other reason says what was wrong with the one it is said to. */
export const plannedByes = { server: 'server stops', client: 'client stops', move: 'client moves' } as const
export const isPlanned = (reason: string): boolean => Object.values<string>(plannedByes).includes(reason)

export const byeFrame = (reason: string): Buffer => frame('bye', Buffer.from(reason.slice(0, 200)))

/** `undefined` for anything but a hello we can serve. */
export const readHello = (payload: Buffer): Hello | undefined => read(hello, payload)
export const readWelcome = (payload: Buffer): Identity | undefined => read(welcome, payload)?.from
/** The reason of a bye, made safe to print. */
export const readBye = (payload: Buffer): string =>
  payload
    .subarray(0, 200)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '?')

function read<T>(schema: z.ZodType<T>, payload: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(payload.toString('utf8'))).data
  } catch {
    return undefined
  }
}
