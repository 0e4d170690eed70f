import { z } from 'zod'
import { askPhases, fates, holdPhases } from '../../outcome/fate.ts'
import { type Observation, strays } from '../../outcome/observation.ts'
import { savedVerdict } from '../saved-verdict.ts'
import { savedTime } from '../saved-time.ts'
import { identity, ofCohort, ofProbe, savedRun, socketOptions } from '../state.ts'

/** What the journal itself has to say, between the observations. */
export type Note =
  /** First in every file: all that was folded before it (see `RecorderState`). */
  | { readonly journal: 'checkpoint'; readonly at: number; readonly version: 1; readonly state: unknown }
  /** Nothing happened up to here; the process was alive. */
  | { readonly journal: 'alive'; readonly at: number; readonly steady: number }
  /** The interval histograms up to here are in the histogram log. */
  | { readonly journal: 'interval'; readonly at: number }
  /** `missed` observations since `from` have no line; the checkpoint before this line has them in its totals. */
  | {
      readonly journal: 'gap'
      readonly at: number
      readonly from: number
      readonly missed: number
      readonly reason: string
    }

export type Line = Observation | Note

export const writeLine = (line: Line): string => `${JSON.stringify(line)}\n`

/** One line, understood; `undefined` when it is damaged. */
export function readLine(text: string): Line | undefined {
  try {
    const read = line.safeParse(JSON.parse(text))
    return read.success ? (read.data as Line) : undefined // zod writes `undefined` where we mean absent; JSON has none
  } catch {
    return undefined
  }
}

const at = savedTime
const stamp = { at, steady: z.number(), suspect: z.literal(true).optional() }
const held = { ...stamp, ...ofCohort }
const asks = { ...stamp, ...ofProbe }
const known = z.looseObject({})
const flow = z.object({ proto: z.enum(['tcp', 'udp']), local: z.string(), remote: z.string() }).optional()
const count = z.int().positive().optional()

const series = z.union([z.object(ofCohort), z.object(ofProbe), z.object({ kind: z.string(), reason: z.string() })])
const observation = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('opened'), ...held, id: z.string(), peer: known, tookUs: z.number() }),
  z.looseObject({
    type: z.literal('exchanged'),
    ...held,
    id: z.string(),
    speaker: z.enum(['client', 'server']),
    idleMs: z.number(),
    tookUs: z.number(),
  }),
  z.looseObject({
    type: z.literal('ended'),
    ...held,
    id: z.string().optional(),
    fate: z.enum(fates).exclude(['ok']),
    phase: z.enum(holdPhases),
    code: z.string(),
    planned: z.boolean(),
    idleMs: z.number(),
    tookUs: z.number(),
    exchanges: z.number(),
    lifetimeMs: z.number(),
    zombie: z.boolean(),
    peer: z.looseObject({ pod: z.string() }).optional(),
    tcpInfo: known.optional(),
    flow,
  }),
  z.looseObject({
    type: z.literal('swept'),
    ...held,
    connections: z.number(),
    probing: z.number(),
    backingOff: z.number(),
    oldestAckMs: z.number(),
  }),
  z.looseObject({ type: z.literal('options-set'), ...held, configured: socketOptions, effective: socketOptions }),
  z.looseObject({
    type: z.literal('asked'),
    ...asks,
    fate: z.enum(fates),
    phase: z.enum(askPhases),
    code: z.string(),
    tookUs: z.number(),
    rcode: z.string().optional(),
    by: z.string().optional(),
    truncated: z.boolean().optional(),
    tries: z.number().optional(),
    stamp: z.enum(['kernel', 'user']).optional(),
    flow,
  }),
  z.looseObject({ type: z.literal('strayed'), ...asks, what: z.enum(strays), tookUs: z.number().optional(), count }),
  z.looseObject({ type: z.literal('rejected'), ...stamp, kind: z.string(), reason: z.string(), count }),
  z.looseObject({ type: z.literal('began'), ...stamp, ...savedRun.shape, identity }),
  z.looseObject({ type: z.literal('declared'), ...stamp, series }),
  z.looseObject({ type: z.literal('retired'), ...stamp, series }),
  z.looseObject({ type: z.literal('examined'), ...stamp, evidence: known }),
  z.looseObject({ type: z.literal('judged'), ...stamp, verdict: savedVerdict }),
  z.looseObject({ type: z.literal('disturbed'), ...stamp, what: z.enum(['loop-stall', 'clock-jump']), ms: z.number() }),
])

const note = z.discriminatedUnion('journal', [
  z.object({ journal: z.literal('checkpoint'), at, version: z.literal(1), state: known }),
  z.object({ journal: z.literal('alive'), at, steady: z.number() }),
  z.object({ journal: z.literal('interval'), at }),
  z.object({ journal: z.literal('gap'), at, from: at, missed: z.number(), reason: z.string() }),
])

const line = z.union([observation, note])
