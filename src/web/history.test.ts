import { afterEach, expect, test } from 'vitest'
import { identity } from '../../test/histories.ts'
import { exampleVerdict } from '../../test/verdicts.ts'
import { exampleCohort, exampleProbe, exampleSnapshot, exampleWeb } from '../../test/web-example.ts'
import { recorder } from '../record/recorder.ts'
import { latencyEdges } from '../stats/buckets.ts'
import type { Web } from './server.ts'

let web: Web | undefined
afterEach(() => web?.close())

const of = { side: 'client', kind: 'tcp-hold', cohort: 'quiet', path: 'service' } as const
const dns = { side: 'client', kind: 'dns', probe: 'cluster-dns', server: '1', mode: 'fresh' } as const
const asked = { type: 'asked', ...dns, question: 'a.b. A', phase: 'wait', code: '' }

/** A connection that lives from 0 to 70 s, and two questions at 30 s: one is answered within 200 us, one never. */
function story() {
  const into = recorder()
  const tell = (s: number, told: object) => into.fold({ ...told, at: s * 1000, steady: s * 1000 } as never)
  tell(0, { type: 'began', side: 'client', identity: identity('self'), version: '0.1.0' })
  tell(0, { type: 'opened', ...of, id: 'c1', peer: identity('server-1'), tookUs: 500 })
  tell(30, { ...asked, fate: 'ok', tookUs: 200 })
  tell(30, { ...asked, fate: 'timeout', tookUs: 5_000_000 })
  const silence = { idleMs: 70_000, tookUs: 0, exchanges: 0, lifetimeMs: 70_000, zombie: false }
  tell(70, { type: 'ended', ...of, id: 'c1', fate: 'reset', phase: 'exchange', code: 'R', planned: false, ...silence })
  return into
}

async function asks(query: string) {
  const into = story()
  const now = { at: 75_000, steady: 75_000 }
  const snapshot = exampleSnapshot({
    at: 75_000,
    cohorts: [exampleCohort(of)],
    probes: [exampleProbe(dns)],
    verdicts: [exampleVerdict({ since: 70_000 }), exampleVerdict({ id: 'b', state: 'closed', since: 1, lastAt: 2 })],
  })
  web = await exampleWeb({ snapshot: () => snapshot, history: span => into.history(span, now) })
  const response = await fetch(`http://${web.listens[0]}/api/history${query}`)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a row for each slice in which something was, numbered from the first that is shown', async () => {
  const { status, body } = await asks('')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    span: 'hour',
    everyS: 20,
    slices: 180,
    startAtMs: 60_000 - 179 * 20_000,
    cohortColumns: ['exposureMs', 'resets', 'others', 'planned', 'opened'],
    cohorts: [
      {
        ...of,
        rows: [
          [176, 20_000, 0, 0, 0, 1],
          [177, 20_000],
          [178, 20_000],
          [179, 10_000, 1],
        ],
      },
    ],
    probeColumns: ['asked', 'timeouts', 'others'],
    probes: [{ ...dns, rows: [[177, 2, 1, 0, 0, 1]] }],
    latencyEdgesS: latencyEdges,
    verdicts: [
      { name: 'conntrack-expiry', sinceMs: 70_000, untilMs: null },
      { name: 'conntrack-expiry', sinceMs: 1, untilMs: 2 },
    ],
  })
})

test('a day is coarser, and what is no span is refused', async () => {
  expect((await asks('?span=day')).body).toMatchObject({
    everyS: 600,
    cohorts: [{ rows: [[143, 70_000, 1, 0, 0, 1]] }],
  })
  await web?.close()
  expect(await asks('?span=year')).toMatchObject({
    status: 400,
    body: { error: 'span: expected one of hour, day, week, found "year"' },
  })
})

test('a series that is not of this run has no line', async () => {
  const into = story()
  web = await exampleWeb({
    snapshot: () => exampleSnapshot({ cohorts: [], probes: [] }),
    history: span => into.history(span),
  })
  const response = await fetch(`http://${web.listens[0]}/api/history`)
  expect(await response.json()).toMatchObject({ cohorts: [], probes: [] })
})
