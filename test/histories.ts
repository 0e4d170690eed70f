import * as fc from 'fast-check'
import { askPhases, fates } from '../src/outcome/fate.ts'
import type { Identity } from '../src/outcome/identity.ts'
import { type Ended, type Observation, type OfCohort, strays, type Told } from '../src/outcome/observation.ts'
import { exampleVerdict } from './verdicts.ts'

/** Whole lives of a process and its connections, as observations in order: what the engine could have told. */
export const histories: fc.Arbitrary<readonly Observation[]> = fc
  .array(fc.record({ what: fc.nat(99), seed: fc.nat(), ms: fc.nat(90_000), suspect: fc.boolean() }), { maxLength: 120 })
  .map(history)

export const identity = (pod: string): Identity => ({ pod, node: 'node-1', ip: '10.0.0.1', instance: pod })

interface Step {
  readonly what: number
  readonly seed: number
  readonly ms: number
  readonly suspect: boolean
}

interface Held {
  readonly id: string
  readonly of: OfCohort
  readonly openedAt: number
  since: number
  exchanges: number
}

function history(steps: readonly Step[]): Observation[] {
  let [at, steady] = [Date.UTC(2026, 10, 21), 0]
  let open: Held[] = []
  const told: Observation[] = [{ ...began, at, steady }]
  for (const { what, seed, ms, suspect } of steps) {
    at += ms
    steady += ms + (seed % 1000) / 1000
    const held = open.length > 0 ? pick(open, seed) : undefined
    const of: OfCohort = { ...pick(cohorts, seed), path: pick(['service', 'pod'], seed >> 2) }
    const tookUs = Math.min(ms * 1000, seed % 5_000_000) + 0.25
    const tell = (news: Told) => told.push({ ...news, at, steady, ...(suspect && { suspect }) })
    if (what < 30) {
      const id = `c${told.length}`
      open.push({ id, of, since: steady, exchanges: 0, openedAt: steady })
      tell({ type: 'opened', ...of, id, peer: identity('server-1'), tookUs })
    } else if (what < 55 && held) {
      tell({ type: 'exchanged', ...held.of, id: held.id, speaker: held.of.side, ...silence(held, steady, tookUs) })
      held.since = steady
      held.exchanges += 1
    } else if (what < 70 && held) {
      open = open.filter(each => each !== held)
      tell(endOf(held, steady, tookUs, seed))
    } else if (what < 98) tell(aside(what, seed, ms, of, tookUs))
    else {
      open = []
      steady = 5
      tell(began)
    }
  }
  return told
}

const began = { type: 'began', side: 'pair', identity: identity('self'), version: '0.1.0' } as const

function silence(held: Held, steady: number, tookUs: number) {
  return { idleMs: Math.max(0, steady - held.since - tookUs / 1000), tookUs }
}

function endOf(held: Held, steady: number, tookUs: number, seed: number): Ended {
  return {
    type: 'ended',
    ...held.of,
    id: held.id,
    fate: pick(faulty, seed),
    phase: pick(['idle', 'exchange'], seed >> 3),
    code: 'ECONNRESET read',
    planned: seed % 5 === 0,
    ...silence(held, steady, tookUs),
    exchanges: held.exchanges,
    lifetimeMs: steady - held.openedAt,
    zombie: seed % 7 === 0,
    peer: identity('server-1'),
  }
}

/** What concerns no open connection. */
function aside(what: number, seed: number, ms: number, of: OfCohort, tookUs: number): Told {
  const probe = {
    side: 'client',
    kind: 'dns',
    probe: 'cluster',
    server: '1',
    mode: pick(['fresh', 'pinned'], seed),
  } as const
  if (what < 75) {
    const never = { planned: false, idleMs: 0, tookUs, exchanges: 0, lifetimeMs: 0, zombie: false }
    return { type: 'ended', ...of, fate: pick(faulty, seed), phase: 'connect', code: 'ECONNREFUSED connect', ...never }
  }
  if (what < 86) {
    const fate = pick(fates, seed)
    const answer = fate === 'ok' && ({ rcode: pick(['NOERROR', 'NXDOMAIN'], seed >> 4), stamp: 'kernel' } as const)
    return { type: 'asked', ...probe, fate, phase: pick(askPhases, seed), code: '', tookUs, ...answer }
  }
  if (what < 89) return { type: 'strayed', ...probe, what: pick(strays, seed) }
  if (what < 92) return { type: 'swept', ...of, connections: seed % 9, probing: 0, backingOff: 0, oldestAckMs: ms }
  if (what < 94) {
    const configured = { keepalive: undefined, userTimeoutMs: 0 }
    const effective = { keepalive: { idleS: 60, intervalS: 10, count: 3 }, userTimeoutMs: 0 }
    return { type: 'options-set', ...of, configured, effective }
  }
  if (what === 94) {
    const given = {
      id: `v-${seed % 5}`,
      name: pick(['conntrack-expiry', 'unexplained'], seed),
      planned: seed % 4 === 0,
    }
    return { type: 'judged', verdict: exampleVerdict({ ...given, state: pick(['open', 'closed'], seed >> 3) }) }
  }
  if (what < 96)
    return { type: 'rejected', side: 'server', kind: 'tcp-hold', reason: pick(['bad-hello', 'flood'], seed) }
  return { type: 'disturbed', what: pick(['loop-stall', 'clock-jump'], seed), ms }
}

const faulty = fates.filter(fate => fate !== 'ok')
const cohorts = [
  { side: 'client', kind: 'tcp-hold', cohort: 'quiet' },
  { side: 'server', kind: 'tcp-hold', cohort: 'quiet' },
  { side: 'client', kind: 'http-hold', cohort: 'web' },
] as const

const pick = <T>(from: readonly T[], by: number): T => from[by % from.length] as T // the lists here are never empty
