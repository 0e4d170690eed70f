import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { eventsServer } from '../../test/events-server.ts'
import { exampleVerdict, noon } from '../../test/verdicts.ts'
import { realClock } from '../clock.ts'
import type { Access } from '../evidence/kubernetes/access/access.ts'
import type { Log } from '../log.ts'
import type { Verdict } from '../outcome/verdict.ts'
import { eventOf } from './event.ts'
import { notices } from './notices.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const pod = { name: 'longhold-client-7f9', uid: '0c3f' }

async function serving(given: Parameters<typeof eventsServer>[0] = {}) {
  const server = await eventsServer(given)
  closers.push(() => server.close())
  return server
}

/** Notices that reach the API server so, and what they complained about. */
function announcing(find: () => Promise<Access>) {
  const warnings: string[] = []
  const log = { warn: (words: string) => warnings.push(words) } as unknown as Log // nothing else is called
  const quick = { ...realClock, sleep: (ms: number) => realClock.sleep(ms / 20) }
  const made = notices({ find, pod, clock: quick, log })
  closers.push(() => made.close())
  const tell = (...verdicts: readonly Verdict[]) => {
    for (const verdict of verdicts) made.sink({ type: 'judged', verdict, at: noon, steady: 0 })
  }
  return { tell, refuse: made.refuse, warnings, close: made.close }
}

test('a verdict is an Event on our pod when it opens and when it closes, and none in between', async () => {
  const server = await serving()
  const { tell } = announcing(async () => server.access({ text: 'good' }))
  tell(exampleVerdict(), exampleVerdict({ count: 13 }), exampleVerdict({ state: 'closed' }))
  await expect.poll(() => server.posted.length).toBe(2)
  expect(server.posted).toMatchObject([
    {
      namespace: 'longhold',
      event: {
        reason: 'VerdictOpened',
        type: 'Warning',
        eventTime: '2026-11-21T12:00:00.000000Z',
        regarding: { kind: 'Pod', namespace: 'longhold', name: 'longhold-client-7f9', uid: '0c3f' },
        note: `conntrack-expiry: ${exampleVerdict().says} First of all: sysctl -w net.ipv4.tcp_keepalive_time=200 (longhold explain conntrack-expiry says more)`,
      },
    },
    { event: { reason: 'VerdictClosed', type: 'Normal', note: 'conntrack-expiry-1: the symptom is gone' } },
  ])
})

test('a configuration that does not run is an Event, too', async () => {
  const server = await serving()
  const { refuse } = announcing(async () => server.access({ text: 'good' }))
  refuse(`longhold.yaml:1: probes[0].to: ${'x'.repeat(2000)}`)
  await expect.poll(() => server.posted.length).toBe(1)
  expect(server.posted).toMatchObject([
    {
      event: {
        reason: 'ConfigurationRefused',
        type: 'Warning',
        note: expect.stringMatching(/^what ran goes on, since: longhold\.yaml:1: probes\[0\]\.to: x{900,}…$/),
      },
    },
  ])
})

test('a plan is Normal, one that another explains better a Warning', () => {
  const own = { ...pod, namespace: 'n' }
  expect(eventOf(exampleVerdict({ planned: true }), own, noon)).toMatchObject({
    type: 'Normal',
    reason: 'VerdictOpened',
  })
  const superseded = exampleVerdict({ state: 'closed', supersededBy: 'ipvs-expiry-1' })
  expect(eventOf(superseded, own, noon)).toMatchObject({ type: 'Warning', reason: 'VerdictSuperseded' })
})

test('whatever a verdict says, the API takes it', async () => {
  const server = await serving()
  const { tell, warnings } = announcing(async () => server.access({ text: 'good' }))
  tell(exampleVerdict({ says: 'é€😀'.repeat(500) }), exampleVerdict({ id: 'b', says: '', remedy: [] }))
  await expect.poll(() => server.posted.length).toBe(2)
  expect(server.posted[0]?.event['note']).toMatch(
    /^conntrack-expiry: é€😀[^\ufffd]*… \(longhold explain conntrack-expiry says more\)$/,
  )
  expect(warnings).toEqual([])
})

test('a server that is busy is asked again', async () => {
  const server = await serving({ failing: 2 })
  const { tell, warnings } = announcing(async () => server.access({ text: 'good' }))
  tell(exampleVerdict())
  await expect.poll(() => server.posted.length).toBe(1)
  expect([server.asked, warnings]).toEqual([3, []])
})

test('a token that was renewed is read again', async () => {
  const server = await serving({ tokens: ['first', 'second'] })
  const file = join(mkdtempSync(join(tmpdir(), 'longhold-notices-')), 'token')
  writeFileSync(file, 'expired')
  const { tell } = announcing(async () => {
    queueMicrotask(() => setTimeout(() => writeFileSync(file, 'second'), 0))
    return server.access({ file })
  })
  tell(exampleVerdict())
  await expect.poll(() => server.posted.map(({ token }) => token)).toEqual(['second'])
})

test('whoever may not post is told once what it takes, and everything else goes on', async () => {
  const server = await serving({ tokens: ['powerless'] })
  const { tell, warnings } = announcing(async () => server.access({ text: 'powerless' }))
  tell(exampleVerdict(), exampleVerdict({ id: 'b' }))
  await expect.poll(() => server.asked).toBe(6)
  await expect
    .poll(() => warnings)
    .toEqual([
      'no Event could be posted: the API server says 403: events.events.k8s.io is forbidden. It takes "create" on "events" in API group "events.k8s.io"',
    ])
})

test('outside of a cluster it says so, and a stop does not wait for long', async () => {
  const { tell, warnings, close } = announcing(() => Promise.reject(new Error('not in a pod')))
  for (let n = 0; n < 1000; n++) tell(exampleVerdict({ id: `v-${n}` }))
  await expect.poll(() => warnings).toEqual([expect.stringContaining('not in a pod')])
  const began = performance.now()
  await close()
  expect(performance.now() - began).toBeLessThan(2000)
})
