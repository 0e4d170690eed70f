import { expect, test } from 'vitest'
import { identity } from '../../test/histories.ts'
import { exampleVerdict } from '../../test/verdicts.ts'
import type { Told } from '../outcome/observation.ts'
import type { Read } from './journal/read.ts'
import { recorder } from './recorder.ts'
import { reportJson, reportText } from './report.ts'

const of = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' } as const

function read(): Read {
  const into = recorder()
  const tell = (s: number, told: Told) => into.fold({ ...told, at: s * 1000, steady: s * 1000 })
  tell(0, { type: 'began', side: 'pair', identity: identity('pod-1'), version: '0.1.0' })
  tell(1, { type: 'opened', ...of, id: 'a', peer: identity('server-1'), tookUs: 500 })
  tell(901, { type: 'exchanged', ...of, id: 'a', speaker: 'client', idleMs: 900_000, tookUs: 1500 })
  const rest = { planned: false, idleMs: 900_000, tookUs: 0, exchanges: 1, lifetimeMs: 1_800_000, zombie: false }
  tell(1801, { type: 'ended', ...of, id: 'a', fate: 'reset', phase: 'exchange', code: 'ECONNRESET read', ...rest })
  tell(1802, { type: 'judged', verdict: exampleVerdict({ says: 'Forgotten after 900 s.' }) })
  const runs = [{ at: 0, until: 1_802_000, side: 'pair', identity: identity('pod-1'), version: '0.1.0' } as const]
  return {
    snapshot: into.snapshot(),
    runs,
    notes: ['journal-000001.jsonl:7: skipped a torn last line of 9 bytes'],
    damaged: 1,
  }
}

test('the report shows runs, tables and notes', () => {
  const text = reportText(read())
  expect(text).toMatch(/1970-01-01 00:00:00 +1970-01-01 00:30:02 +30m 2s +pair +pod-1 +0\.1\.0/)
  expect(text).toMatch(/client +quiet +service +tcp-hold +0 +30m +1 +1 /)
  expect(text).toContain('ECONNRESET read')
  expect(text).toMatch(/Survival of silences\n.*\nservice +tcp-hold +client +unknown +2 +1 +15m +- +- +- +-/)
  expect(text).toMatch(
    /conntrack-expiry +open +2026-11-21 12:00:00 +proven +12 of 40 +tcp-hold.+Forgotten after 900 s\./,
  )
  expect(text).toContain('Turned away by the server: nothing so far.')
  expect(text).toContain('- journal-000001.jsonl:7: skipped a torn last line of 9 bytes')
})

test('the JSON survives JSON, carries units and percentiles, and only what there is', () => {
  const json: unknown = JSON.parse(JSON.stringify(reportJson(read())))
  expect(json).toMatchObject({
    format: 1,
    runs: [{ beganAtMs: 0, lastSignAtMs: 1_802_000, side: 'pair', identity: { pod: 'pod-1' } }],
    cohorts: [
      {
        ...of,
        open: 0,
        opened: 1,
        exposureS: 1800,
        ends: [{ fate: 'reset', phase: 'exchange', planned: false, count: 1 }],
        idleAtDeathS: { count: 1, sum: 900, buckets: [{ le: 900, count: 1 }] },
        exchangeLatencyUs: { count: 1, min: 1500, max: 1500 },
        connectLatencyUs: { count: 1, p50: expect.closeTo(500, -1), p99: expect.closeTo(500, -1) },
        lastEnd: { atMs: 1_801_000, fate: 'reset', code: 'ECONNRESET read' },
      },
    ],
    faults: [{ atMs: 1_801_000, name: 'quiet', fate: 'reset', id: 'a', idleMs: 900_000, exchanges: 1 }],
    verdicts: [{ id: 'conntrack-expiry-1', state: 'open', evidence: [{}, { source: 'node sysctl' }] }],
    verdictCounts: [{ name: 'conntrack-expiry', family: 'forgotten-flow', opened: 1, planned: 0 }],
    survival: [{ keepalive: 'unknown', longestSurvivedS: 900, timeout: null, curve: [{ ageS: 900, survival: 0.5 }] }],
    damagedLines: 1,
  })
  expect(JSON.stringify(json)).not.toContain('"interval"')
})
