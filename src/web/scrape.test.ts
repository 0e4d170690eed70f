import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Snapshot } from '../record/snapshot.ts'
import { buckets, count, latencyEdges } from '../stats/buckets.ts'
import { exampleCohort, exampleProbe, exampleSnapshot, exampleSource } from '../../test/web-example.ts'
import { exampleVerdict, noon } from '../../test/verdicts.ts'
import { entries } from '../handbook/entries.ts'
import { histogram } from './metrics/definition.ts'
import { metrics } from './metrics.ts'
import { scrape, wantsOpenMetrics } from './scrape.ts'

const scraped = async (snapshot: Partial<Snapshot> = {}, accept?: string) =>
  (await scrape({ snapshot: exampleSnapshot(snapshot), source: exampleSource(), startedAtS: 1 }, accept)).text

const lines = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
const seriesOf = (text: string) => lines(text).map(line => line.slice(0, line.lastIndexOf(' ')))

test('promtool finds nothing to complain about', async () => {
  const input = await scraped()
  expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8', stdio: 'pipe' })).toBe('')
})

test('promtool does complain when a name breaks the conventions', () => {
  const input = '# HELP wrong_total x\n# TYPE wrong_total gauge\nwrong_total 1\n'
  expect(() => execFileSync('promtool', ['check', 'metrics'], { input, stdio: 'pipe' })).toThrow('_total')
})

test('a count lands in its series, in base units, and a count of zero is a series too', async () => {
  const seen = lines(await scraped())
  const quiet = 'side="client",kind="tcp-hold",cohort="quiet",path="service"'
  const dns = 'kind="dns",probe="cluster-dns",server="1",mode="fresh"'
  expect(seen).toEqual(
    expect.arrayContaining([
      `longhold_connections_open{${quiet}} 48`,
      `longhold_idle_exposure_seconds_total{${quiet}} 5400.5`,
      `longhold_connection_ends_total{fate="reset",phase="exchange",planned="false",${quiet}} 2`,
      `longhold_connection_ends_total{fate="refused",phase="connect",planned="false",${quiet}} 0`,
      `longhold_idle_age_at_death_seconds_bucket{le="600",${quiet}} 1`,
      `longhold_idle_age_at_death_seconds_bucket{le="900",${quiet}} 3`,
      `longhold_idle_age_at_death_seconds_count{${quiet}} 3`,
      `longhold_keepalive_interval_seconds{as="configured",${quiet}} 10`,
      `longhold_keepalive_interval_seconds{as="effective",${quiet}} 1`,
      `longhold_sweep_oldest_ack_age_seconds{${quiet}} 61`,
      `longhold_asked_total{fate="timeout",${dns}} 1`,
      `longhold_asked_total{fate="wrong-source",${dns}} 0`,
      `longhold_dns_responses_total{rcode="SERVFAIL",${dns}} 0`,
      `longhold_dns_responses_total{rcode="other",${dns}} 1`,
      'longhold_faults_total{side="client",kind="tcp-hold"} 6',
      'longhold_rejected_total{kind="tcp-hold",reason="bad-magic"} 3',
    ]),
  )
})

test('every verdict there is has its series from the first scrape; what no rule names is other, and plans are no faults', async () => {
  const zeros = lines(await scraped()).filter(line => line.startsWith('longhold_verdict'))
  expect(zeros).toHaveLength(2 * entries.length)
  expect(zeros).toContain('longhold_verdict_active{verdict="unexplained",family="unexplained"} 0')
  const family = { name: 'forgotten-flow', family: 'forgotten-flow' } as const
  const seen = lines(
    await scraped({
      verdicts: [
        exampleVerdict(family),
        exampleVerdict({ ...family, variant: 'server-first' }),
        exampleVerdict({ ...family, planned: true }),
        exampleVerdict({ ...family, state: 'closed' }),
        exampleVerdict({ name: 'gremlins', family: 'ourselves' }),
      ],
      verdictCounts: [
        { ...family, opened: 9, planned: 2 },
        { name: 'gremlins', family: 'ourselves', opened: 1, planned: 0 },
      ],
    }),
  )
  expect(seen).toEqual(
    expect.arrayContaining([
      'longhold_verdict_active{verdict="forgotten-flow",family="forgotten-flow"} 2',
      'longhold_verdict_active{verdict="other",family="ourselves"} 1',
      'longhold_verdicts_total{verdict="forgotten-flow",family="forgotten-flow"} 7',
      'longhold_verdicts_total{verdict="other",family="ourselves"} 1',
    ]),
  )
})

test('what is not known has no series, and what goes away takes its series along', async () => {
  const { sweep: _, options: __, ...bare } = exampleCohort()
  expect(await scraped({ cohorts: [bare] })).not.toMatch(/^longhold_(sweep|keepalive|journal)\w*\{?.* \d/m)
  expect(await scraped({ cohorts: [], probes: [] })).not.toContain('cohort="')
  expect(await scraped({ probes: [exampleProbe({ kind: 'udp-echo', rcodes: {} })] })).not.toContain('rcode="')
})

test('connections, time and strange answers change values, never the number of series', async () => {
  const before = seriesOf(await scraped())
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), fc.dictionary(fc.string(), fc.nat()), async (open, exposureMs, rcodes) => {
      const cohorts = [exampleCohort({ open, exposureMs }), exampleCohort({ cohort: 'control', path: 'pod', open })]
      expect(seriesOf(await scraped({ cohorts, probes: [exampleProbe({ rcodes })] }))).toEqual(before)
    }),
    { numRuns: 50 },
  )
  expect(new Set(before).size).toBe(before.length)
})

test('every line has the labels its definition names, and no other', async () => {
  const text = await scraped()
  for (const { name, type, labels } of metrics)
    for (const line of lines(text).filter(each => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(each))) {
      const found = [...line.matchAll(/(\w+)="/g)].map(([, label]) => label).filter(label => label !== 'le')
      expect(new Set(found), line).toEqual(new Set(labels))
      expect(line.includes('le="'), line).toBe(type === 'histogram' && line.startsWith(`${name}_bucket`))
    }
})

test('a name full of markup and line breaks stays one label', async () => {
  const seen = lines(await scraped({ cohorts: [exampleCohort({ cohort: 'a"b\\c\nd 1' })] }))
  expect(seen.some(line => line.includes('cohort="a\\"b\\\\c\\nd 1"'))).toBe(true)
  expect(seen.every(line => /^[a-z_]+(\{.*\})? [\d.e+-]+$/i.test(line))).toBe(true)
})

test('a histogram adds up: buckets never fall, the last is the count', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true })), values => {
      const counted = buckets(latencyEdges)
      for (const value of values) count(counted, value)
      const rendered = histogram('h', {}, counted)
      const cumulative = rendered.filter(each => each.metricName === 'h_bucket').map(each => each.value)
      expect(cumulative).toEqual([...latencyEdges, Infinity].map(edge => values.filter(v => v <= edge).length))
      expect(rendered.at(-1)).toMatchObject({ metricName: 'h_count', value: values.length })
    }),
  )
})

test.each([
  ['', false],
  ['*/*', false],
  ['text/plain', false],
  ['application/openmetrics-text; version=1.0.0', true],
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;q=0.5',
    true,
  ],
  ['application/openmetrics-text;q=0.1, text/plain;q=0.9', false],
  ['application/openmetrics-text;q=0', false],
  [';;;,,,q=', false],
])('Accept %j', (accept, open) => expect(wantsOpenMetrics(accept)).toBe(open))

test('in OpenMetrics a lost connection leads to the verdict on its cohort, and nothing else does', async () => {
  const verdicts = [exampleVerdict({ series: ['tcp-hold/quiet'], lastAt: noon })]
  const open = lines(await scraped({ verdicts }, 'application/openmetrics-text'))
  const why = ` # {verdict="conntrack-expiry",verdict_id="${verdicts[0]?.id}"} 1 ${noon / 1000}`
  const led = open.filter(line => line.includes(' # {'))
  expect(led.length).toBeGreaterThan(0)
  for (const line of led) {
    expect(line).toMatch(/^longhold_connection_ends_total\{.*planned="false".*cohort="quiet"/)
    expect(line.endsWith(why)).toBe(true)
  }
  expect(await scraped({ verdicts })).not.toContain(' # {')
  const planned = [exampleVerdict({ series: ['tcp-hold/quiet'], planned: true })]
  expect(await scraped({ verdicts: planned }, 'application/openmetrics-text')).not.toContain(' # {')
})

test('OpenMetrics ends with EOF and keeps the names of the samples', async () => {
  const [plain, open] = [await scraped(), await scraped({}, 'application/openmetrics-text')]
  expect(open.endsWith('\n# EOF\n')).toBe(true)
  expect(open).toContain('# TYPE longhold_exchanges counter')
  expect(seriesOf(open)).toEqual(seriesOf(plain))
})
