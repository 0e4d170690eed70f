import { z } from 'zod'
import { fates, holdPhases } from '../outcome/fate.ts'
import { paths, strays } from '../outcome/observation.ts'
import { savedHistory } from './history/saved.ts'
import { savedBuckets, savedLatency } from './saved.ts'
import { savedSurvival } from './saved-survival.ts'
import { savedTime } from './saved-time.ts'
import { savedVerdicts } from './saved-verdict.ts'

const side = z.enum(['client', 'server'])
const object = z.looseObject({})
const fate = z.enum(fates)
const ending = { fate: fate.exclude(['ok']), phase: z.enum(holdPhases), planned: z.boolean() }

/** Keepalive and user timeout, as an observation and a checkpoint write them. */
export const socketOptions = z
  .object({
    keepalive: z.object({ idleS: z.number(), intervalS: z.number(), count: z.number() }).optional(),
    userTimeoutMs: z.number(),
  })
  .transform(({ keepalive, userTimeoutMs }) => ({ keepalive, userTimeoutMs })) // JSON drops what is undefined
export const identity = z.object({
  pod: z.string(),
  node: z.string(),
  ip: z.string(),
  instance: z.string(),
  zone: z.string().optional(),
})
export const ofCohort = { side, kind: z.string(), cohort: z.string(), path: z.enum(paths) }
export const ofProbe = {
  side: z.literal('client'),
  kind: z.string(),
  probe: z.string(),
  server: z.string(),
  mode: z.string(),
}

const numbers = <Key extends string>(...keys: readonly Key[]): Record<Key, z.ZodNumber> =>
  Object.fromEntries(keys.map(key => [key, z.number()])) as Record<Key, z.ZodNumber> // fromEntries forgets the keys

export const savedCohort = z.object({
  ...ofCohort,
  current: z.boolean(),
  ...numbers('open', 'opened', 'exchanges', 'fateless', 'zombies', 'suspects', 'silentMs', 'startsMs', 'shownMs'),
  ends: z.array(z.object({ ...ending, count: z.number() })),
  idleAtDeath: savedBuckets,
  lifetime: savedBuckets,
  exchange: savedLatency.optional(),
  connect: savedLatency.optional(),
  sweep: z.object(numbers('connections', 'probing', 'backingOff', 'oldestAckMs')).optional(),
  options: z.object({ configured: socketOptions, effective: socketOptions }).optional(),
  lastEnd: z.object({ ...ending, at: savedTime, code: z.string() }).optional(),
})

export const savedProbe = z.object({
  ...ofProbe,
  current: z.boolean(),
  ...numbers('asked', 'truncated', 'tries', 'suspects'),
  fates: z.record(fate, z.number()),
  rcodes: z.record(z.string(), z.number()),
  strays: z.record(z.enum(strays), z.number()),
  latency: savedLatency.optional(),
  stamp: z.enum(['kernel', 'user']).optional(),
  by: z.string().optional(),
  lastFault: z.object({ at: savedTime, fate, code: z.string() }).optional(),
})

const savedFault = z.looseObject({
  side,
  at: savedTime,
  kind: z.string(),
  name: z.string(),
  fate,
  phase: z.string(),
  code: z.string(),
  planned: z.boolean(),
  suspect: z.boolean(),
  tcpInfo: object.optional(),
})

export const savedRun = z.object({
  at: savedTime,
  side: z.enum(['client', 'server', 'pair']),
  identity,
  version: z.string(),
})

/** Everything the recorder knows, as JSON: what every file of the journal begins with. */
export const recorderState = z.object({
  at: savedTime,
  ...numbers('steady', 'runs'),
  run: savedRun.optional(),
  cohorts: z.array(savedCohort),
  probes: z.array(savedProbe),
  listeners: z.array(z.object({ kind: z.string(), configured: socketOptions, effective: socketOptions })),
  rejected: z.array(z.object({ kind: z.string(), reason: z.string(), count: z.number() })),
  disturbed: z.object(numbers('stalls', 'longestStallMs', 'clockJumps')),
  faults: z.array(savedFault),
  verdicts: savedVerdicts.default({ all: [], counts: [] }), // journals from before there were any go on
  survival: savedSurvival.default({ members: [], paths: [] }), // likewise
  history: savedHistory.optional(), // likewise
})
export type RecorderState = z.output<typeof recorderState>
