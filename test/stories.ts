import type { Evidence } from '../src/outcome/evidence.ts'
import type { Asked, Ended, Exchanged, Observation, Opened } from '../src/outcome/observation.ts'

/** Observations as a client would have made them, for cases of the rules. Times are seconds since the story began. */
export const storyBegins = Date.UTC(2026, 10, 21)

const stamp = (s: number) => ({ at: storyBegins + s * 1000, steady: s * 1000 })
const held = { side: 'client', kind: 'tcp-hold', cohort: 'held', path: 'service' } as const
const peer = { pod: 'srv1', node: 'node-b', ip: '10.244.2.11', instance: 'i1' } as const

export const opened = (s: number, more: Partial<Opened> = {}): Observation => ({
  type: 'opened',
  ...held,
  id: `c${s}`,
  peer,
  tookUs: 500,
  ...stamp(s),
  ...more,
})

/** A silence was survived. */
export const exchanged = (s: number, more: Partial<Exchanged> = {}): Observation => ({
  type: 'exchanged',
  ...held,
  id: `c${s}`,
  speaker: 'client',
  idleMs: 900_000,
  tookUs: 500,
  ...stamp(s),
  ...more,
})

/** A connection died unplanned: reset by its first word after its silence. */
export const ended = (s: number, more: Partial<Ended> = {}): Observation => ({
  type: 'ended',
  ...held,
  id: `c${s}`,
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  idleMs: 900_000,
  tookUs: 500,
  exchanges: 1,
  lifetimeMs: 1_800_000,
  zombie: false,
  peer,
  ...stamp(s),
  ...more,
})

/** A DNS question from a fresh port was answered. */
export const asked = (s: number, more: Partial<Asked> = {}): Observation => ({
  type: 'asked',
  side: 'client',
  kind: 'dns',
  probe: 'dns',
  server: '1',
  mode: 'fresh',
  fate: 'ok',
  phase: 'wait',
  code: '',
  tookUs: 500,
  ...stamp(s),
  ...more,
})

/** It was not. */
export const missed = (s: number, more: Partial<Asked> = {}): Observation =>
  asked(s, { fate: 'timeout', code: 'DEADLINE', tookUs: 5e6, ...more })

export const examined = (s: number, evidence: Evidence = {}): Observation => ({
  type: 'examined',
  evidence,
  ...stamp(s),
})
