import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Ended, Observation } from '../outcome/observation.ts'
import { maxBehind, maxClients } from './events.ts'
import { exampleCohort, exampleSnapshot, exampleSource, exampleWeb } from '../../test/web-example.ts'
import { exampleVerdict } from '../../test/verdicts.ts'
import type { Web } from './server.ts'

let web: Web
let subscribed = 0
let source: ReturnType<typeof exampleSource>
let big = false

beforeEach(async () => {
  big = false
  subscribed = 0
  const inner = exampleSource()
  source = exampleSource({
    snapshot: () => (big ? hugeSnapshot : exampleSnapshot({ verdicts: [exampleVerdict(), closed] })),
    subscribe(sink) {
      subscribed += 1
      const unsubscribe = inner.subscribe(sink)
      return () => {
        subscribed -= 1
        unsubscribe()
      }
    },
  })
  source.tell = inner.tell
  web = await exampleWeb(source)
})
afterEach(() => web.close())

const hugeSnapshot = exampleSnapshot({ cohorts: Array.from({ length: 3000 }, () => exampleCohort()) })

const closed = exampleVerdict({ id: 'unexplained-1', state: 'closed' })

const ended: Ended = {
  type: 'ended',
  side: 'client',
  kind: 'tcp-hold',
  cohort: 'quiet\n\ndata: forged',
  path: 'service',
  id: 'c1',
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  idleMs: 900_000,
  tookUs: 100,
  exchanges: 3,
  lifetimeMs: 2_700_000,
  zombie: false,
}
const stamped = (told: Ended = ended): Observation => ({ ...told, at: 1, steady: 1 })

/** Reads events until `enough`, as a browser would: frames end at an empty line. */
async function events(enough: (names: string[]) => boolean, then: () => void = () => {}) {
  const stop = new AbortController()
  const answer = await fetch(`http://${web.listens[0]}/api/events`, { signal: stop.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const seen: { name: string; data: Record<string, unknown> }[] = []
  let rest = ''
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const frames = `${rest}${chunk}`.split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
      if (name !== '') seen.push({ name, data: JSON.parse(data) as Record<string, unknown> })
    }
    if (seen.length === 1) then()
    if (enough(seen.map(({ name }) => name))) break
  }
  stop.abort()
  return seen
}

test('a client gets a summary at once and another within seconds', async () => {
  const seen = await events(names => names.filter(name => name === 'summary').length === 2)
  expect(seen[0]?.data).toMatchObject({ cohorts: [{ cohort: 'quiet' }, {}], probes: [{ probe: 'cluster-dns' }] })
})

test('an end is told, an exchange is not, and a name cannot forge an event', async () => {
  const seen = await events(
    names => names.includes('observation'),
    () => {
      const { side, kind, cohort, path } = ended
      source.tell({
        type: 'exchanged',
        side,
        kind,
        cohort,
        path,
        id: 'c1',
        speaker: 'client',
        idleMs: 1,
        tookUs: 1,
        at: 1,
        steady: 1,
      })
      source.tell(stamped())
    },
  )
  expect(seen.filter(({ name }) => name === 'observation').map(({ data }) => data)).toEqual([stamped()])
})

test('a burst is cut short and the rest counted', async () => {
  const seen = await events(
    names => names.includes('skipped'),
    () => {
      for (let i = 0; i < 5000; i++) source.tell(stamped())
    },
  )
  const told = seen.filter(({ name }) => name === 'observation').length
  const skipped = seen.find(({ name }) => name === 'skipped')?.data['observations']
  expect(told + Number(skipped)).toBe(5000)
  expect(told).toBeLessThan(1000)
})

test('the last client to leave takes the subscription along', async () => {
  await events(() => true)
  await expect.poll(() => subscribed).toBe(0)
})

test('no more clients than a bound, and a place is free again when one leaves', async () => {
  const stop = new AbortController()
  const join = () => fetch(`http://${web.listens[0]}/api/events`, { signal: stop.signal })
  const joined = await Promise.all(Array.from({ length: maxClients }, join))
  expect(joined.map(({ status }) => status)).toEqual(joined.map(() => 200))
  expect((await fetch(`http://${web.listens[0]}/api/events`)).status).toBe(503)
  stop.abort()
  await expect.poll(() => subscribed).toBe(0)
  await events(() => true)
})

test('a client that does not read is dropped, and the next one is served', async () => {
  const port = Number(new URL(`http://${web.listens[0]}`).port)
  const slow = connect(port, '127.0.0.1')
  slow.on('error', () => {})
  slow.write('GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(slow, 'readable') // the answer began; from here nobody reads
  expect(subscribed).toBe(1)
  big = true
  await expect.poll(() => subscribed, { timeout: 20_000 }).toBe(0)
  big = false
  slow.destroy()
  await events(() => true)
})

test('a summary of any size is no reason to drop who reads it', async () => {
  big = true
  const seen = await events(names => names.length === 3)
  big = false
  expect(Buffer.byteLength(JSON.stringify(seen[1]?.data))).toBeGreaterThan(maxBehind)
})

test('a verdict is news, whole; the summary carries those that are open', async () => {
  const judged: Observation = { type: 'judged', verdict: exampleVerdict(), at: 1, steady: 1 }
  const seen = await events(
    names => names.includes('observation'),
    () => source.tell(judged),
  )
  expect(seen.find(({ name }) => name === 'observation')?.data).toEqual(judged)
  expect(seen[0]?.data['verdicts']).toEqual([exampleVerdict()])
})
