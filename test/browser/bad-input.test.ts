import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { recorder } from '../../src/record/recorder.ts'
import type { Snapshot } from '../../src/record/snapshot.ts'
import type { Web } from '../../src/web/server.ts'
import { exampleVerdict } from '../verdicts.ts'
import { exampleCohort, exampleProbe, exampleSnapshot } from '../web-example.ts'
import { violations } from './accessible.ts'
import { madeAnewTwice } from './made-anew.ts'
import { recordedRun, served } from './recorded-run.ts'
import { visits } from './visits.ts'

let web: Web | undefined
afterEach(() => web?.close()) // after the picture is taken: these run from last to first
const visit = visits()

async function serving(given: Parameters<typeof served>[0], ageMs?: number): Promise<string> {
  web = await served(given, ageMs)
  return `http://${web.listens[0]}/`
}

const nothing = { cohorts: [], probes: [], rejected: [], faults: [], verdicts: [], survival: [] }
const body = (page: Page): Promise<string> => page.locator('body').innerText()
const isWide = (page: Page): Promise<unknown> =>
  page.evaluate('Math.max(innerWidth, document.scrollingElement.scrollWidth)')
/** What a program says that was not told what to say. */
const nonsense = /\b(undefined|null|NaN|Infinity|\[object|Invalid)|-\d+(\.\d+)?(ms|s|m|h|d)\b/

test('markup in a name or a verdict is text, at first and when the page is made anew', async () => {
  const bad = `<img src=/hit onerror="window.hit = 1"><script>window.hit = 1</script>&amp;`
  const verdict = exampleVerdict({
    says: bad,
    series: [bad],
    remedy: [bad],
    confidence: { level: 'likely', because: bad },
    evidence: [{ source: bad, at: Date.UTC(2026, 10, 21), says: bad }],
  })
  const snapshot = exampleSnapshot({
    cohorts: [exampleCohort({ cohort: bad })],
    probes: [exampleProbe({ probe: bad, server: bad })],
    verdicts: [verdict],
  })
  const page = await visit(await serving(showing(snapshot)))
  for (const when of ['at first', 'made anew']) {
    expect(await body(page), when).toContain(bad)
    expect(await page.evaluate('window.hit'), when).toBe(undefined)
    expect(await page.locator('main img, main script').count(), when).toBe(0)
    await madeAnewTwice(page)
  }
})

const showing = (snapshot: Snapshot) => ({ snapshot: () => snapshot })
const long = 'n'.repeat(200)
const states: Record<string, Parameters<typeof served>[0]> = {
  'nothing yet': showing(exampleSnapshot(nothing)),
  'nothing yet, not even a beginning': showing(recorder().snapshot()),
  'a server without a client': recordedRun('conntrack-expiry-iptables', 'srv1'),
  'names of 200 characters': showing(
    exampleSnapshot({
      cohorts: [exampleCohort({ cohort: long })],
      probes: [exampleProbe({ probe: long, server: long })],
      verdicts: [exampleVerdict({ series: [long], says: long, remedy: [long] })],
    }),
  ),
  'a thousand cohorts': showing(
    exampleSnapshot({
      cohorts: Array.from({ length: 1000 }, (_, i) => exampleCohort({ cohort: `cohort-${i}` })),
    }),
  ),
}

describe.each(Object.keys(states))('%s', name => {
  const source = states[name] ?? showing(exampleSnapshot())

  test(`${name}: says how it stands, and no nonsense`, async () => {
    const page = await visit(await serving(source))
    await page.locator('#state').filter({ hasText: 'live' }).waitFor()
    expect((await page.locator('#now .headline').innerText()).length).toBeGreaterThan(10)
    expect(await body(page)).not.toMatch(nonsense)
    if (name !== 'a thousand cohorts') expect(await violations(page)).toEqual([])
  })

  test(`${name}: fits a phone`, async () => {
    const page = await visit(await serving(source), { width: 390, scheme: 'dark' })
    expect(await isWide(page)).toBe(390)
  })
})

test('a process whose clock is an hour behind what it was told shows no time that is none', async () => {
  const page = await visit(await serving(recordedRun('conntrack-expiry-iptables'), -3_600_000))
  expect(await body(page)).not.toMatch(nonsense)
})

test('a browser whose clock is a year off shows the page as live', async () => {
  const page = await visit(await serving(recordedRun('healthy-iptables')), { clock: '2025-11-21' })
  await page.locator('#state').filter({ hasText: 'live' }).waitFor()
  await madeAnewTwice(page)
  expect(await page.locator('#state').innerText()).toContain('live')
  expect(await body(page)).not.toMatch(nonsense)
})
