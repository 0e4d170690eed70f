import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { boards } from '../../dashboards/boards.ts'
import type { Observation } from '../../src/outcome/observation.ts'
import { asked, ended, exchanged, opened } from '../stories.ts'
import { began } from '../calls.ts'
import { rungs } from '../rungs.ts'
import { type Played, played } from './played.ts'
import { asPrometheusSees, type Prometheus, prometheus } from './prometheus.ts'

/** Runs of the lab that show every kind of trouble between them, with their nodes' agents where there was one. */
const runs = [
  'black-hole-iptables',
  'conntrack-expiry-iptables',
  'conntrack-expiry-server-first-iptables',
  'healthy-iptables',
  'ip-forward-off-iptables',
  'ipvs-expiry-ipvs',
  'ipvs-udp-weight-zero-ipvs',
  'keepalive-above-iptables',
  'out-of-window-iptables',
  'reply-from-pod-iptables',
  'rolling-update-iptables',
  'slow-dns-iptables',
  'table-full-iptables',
  'udp-stale-entry-iptables',
]

/** What happens to longhold itself, which no scenario stages: stalls, a clock that jumps, strangers at the port, a restart. */
const trouble = Array.from({ length: 60 }, (_, s): Observation[] => {
  const stamp = { at: Date.UTC(2026, 10, 21) + s * 1000, steady: s * 1000 }
  if (s === 0 || s === 30) return [{ ...began(s), ...stamp }]
  return [
    { type: 'disturbed', what: 'loop-stall', ms: 300, ...stamp },
    { type: 'disturbed', what: 'clock-jump', ms: 5000, ...stamp },
    { type: 'rejected', side: 'server', kind: 'tcp-hold', reason: 'bad-magic', ...stamp },
    { ...opened(s), suspect: true },
    { ...exchanged(s), suspect: true },
    ended(s, { zombie: true }),
    { ...asked(s), suspect: true },
    asked(s, { fate: 'unreachable' }),
  ]
}).flat()

/** Hours of silences, in which a path forgets what is silent for 880 s: longer than a run of the lab lasts. */
const timeouts = rungs({
  idleS: [60, 300, 900, 1200],
  toS: 20_000,
  fortune: ({ idleS }) => (idleS > 880 ? 'reset' : 'survived'),
})

const playedForMs = 30_000
let runsOfLab: Played
let scraper: Prometheus

beforeAll(async () => {
  runsOfLab = await played(runs, { trouble, timeouts }, playedForMs)
  scraper = await prometheus(runsOfLab.paths.map(path => ({ port: runsOfLab.port, path })))
  await sleep(playedForMs + 5000)
})
afterAll(async () => {
  await scraper?.[Symbol.asyncDispose]()
  await runsOfLab?.[Symbol.asyncDispose]()
})

describe.each(boards)('$name', ({ rows }) => {
  const queries = rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries: all }) => all.map(query => ({ title, ...query }))),
  )
  test.each(queries)('$title: $legend has data', async ({ expr }) => {
    expect([expr, (await scraper.series(asPrometheusSees(expr), 40)).length > 0]).toEqual([expr, true])
  })
})

const verdicts = async (selector: string) => new Set((await scraper.exemplars(selector)).map(({ verdict }) => verdict))

test('a point of lost connections, or of lost questions, leads to the verdict on it', async () => {
  expect(await verdicts('longhold_connection_ends_total')).toContain('conntrack-expiry')
  expect(await verdicts('longhold_asked_total')).toContain('udp-stale-entry')
})

test('alerts speak of the runs that show trouble, and of no rollout and no healthy run', async () => {
  const all = await scraper.series('ALERTS', 40) // pending ones, too: nobody waits for minutes here
  const about = (instance: string) =>
    new Set(all.filter(each => each['instance']?.startsWith(instance)).map(({ alertname }) => alertname))
  expect(about('udp-stale-entry-iptables')).toContain('LongholdTrafficIsLost')
  expect(about('conntrack-expiry-iptables')).toContain('LongholdVerdictOpen')
  expect(about('table-full-iptables/agent')).toContain('LongholdConntrackTableFilling')
  expect(about('story/trouble')).toEqual(new Set(['LongholdNotReady', 'LongholdStarved', 'LongholdZombies']))
  expect(all.map(({ alertname }) => alertname)).toContain('LongholdDnsTimeouts')
  for (const run of ['rolling-update-iptables', 'healthy-iptables']) expect([run, ...about(run)]).toEqual([run])
})

test('a query for what nobody tells has none', async () => {
  expect(await scraper.series('longhold_no_such_metric', 40)).toEqual([])
})
