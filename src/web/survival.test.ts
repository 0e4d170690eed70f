import { afterEach, expect, test } from 'vitest'
import { exampleSnapshot, exampleSource, exampleWeb } from '../../test/web-example.ts'
import { forgottenAfter, type Rungs, rungs } from '../../test/rungs.ts'
import { storyBegins } from '../../test/stories.ts'
import { storyClock } from '../../test/story-clock.ts'
import { recorder } from '../record/recorder.ts'
import type { Snapshot } from '../record/snapshot.ts'
import { page } from './page.ts'
import { scrape } from './scrape.ts'
import type { Web } from './server.ts'

const hour = 3600
const ladder = { idleS: [60, 300, 600, 900], toS: 8 * hour }

/** As the recorder has it. */
function survivalOf(...stories: readonly Rungs[]): Pick<Snapshot, 'survival'> {
  const into = recorder()
  for (const each of stories.flatMap(rungs)) into.fold(each)
  return { survival: into.snapshot().survival }
}
const source = (survival: Pick<Snapshot, 'survival'>) => exampleSource({ snapshot: () => exampleSnapshot(survival) })

const found = survivalOf({ ...ladder, fortune: each => forgottenAfter(each.fromS < 4 * hour ? 1000 : 350)(each) })
const none = survivalOf(ladder)

const metricsOf = async (survival: Pick<Snapshot, 'survival'>) => {
  const { text } = await scrape({ snapshot: exampleSnapshot(survival), source: source(survival), startedAtS: 0 })
  return text.split('\n').filter(line => /^longhold_(path|recommended|longest)_/.test(line))
}

test('the metrics tell both bounds and the recommended idle, as long as they are known', async () => {
  const labels = 'kind="tcp-hold",path="service",speaker="client",keepalive="off"'
  expect(await metricsOf(found)).toEqual([
    expect.stringMatching(`^longhold_path_idle_timeout_seconds{${labels},bound="low"} 300\\.0`),
    expect.stringMatching(`^longhold_path_idle_timeout_seconds{${labels},bound="high"} 600(\\.0|$)`),
    `longhold_recommended_keepalive_idle_seconds{${labels}} 100`,
    expect.stringMatching(`^longhold_longest_silence_survived_seconds{${labels}} 300\\.0`),
  ])
  expect(await metricsOf(none)).toEqual([
    expect.stringMatching(`^longhold_longest_silence_survived_seconds{${labels}} 900\\.0`),
  ])
})

let web: Web | undefined
afterEach(() => web?.close())

test('/api/survival has the curve, the timeout, and what it was before, units in the names', async () => {
  web = await exampleWeb(source(found))
  const body: unknown = await (await fetch(`http://${web.listens[0]}/api/survival`)).json()
  expect(body).toMatchObject({
    atMs: expect.any(Number),
    survival: [
      {
        kind: 'tcp-hold',
        path: 'service',
        speaker: 'client',
        keepalive: 'off',
        cohorts: ['tcp-hold/rungs'],
        lastAt: storyBegins + 8 * hour * 1000 - 50_109,
        longestSurvivedS: expect.closeTo(300, 1),
        timeout: { lowS: expect.closeTo(300, 1), highS: expect.closeTo(600, 1), ends: 'at the first word' },
        recommendedKeepalive: { idleS: 100, intervalS: 20, count: 3, userTimeoutMs: 160_000 },
        change: { became: 'shorter', before: { longestSurvivedS: expect.closeTo(900, 1), timeout: null } },
        curve: [{ ageS: expect.closeTo(600, 1), died: expect.any(Number) }, { survival: 0 }],
      },
    ],
  })
  const status: unknown = await (await fetch(`http://${web.listens[0]}/api/status`)).json()
  expect(status).toMatchObject({ survival: [{ timeout: { ends: 'at the first word' } }] })
  expect((await fetch(`http://${web.listens[0]}/api/survival?path=pod`)).status).toBe(400)
})

const rendered = (survival: Pick<Snapshot, 'survival'>) => page(source(survival), storyClock()).body.toString()

test('the page has the table', () => {
  const markup = rendered(found)
  expect(markup).toMatch(/<h2>Survival of silences<\/h2>[^]*<td class="right">1m 40s or less<\/td>/)
  expect(markup).not.toMatch(/NaN|undefined|Infinity| style=/)
})
