import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { addressOfMachine, exampleAgent, exampleSource } from '../../test/agent-example.ts'
import { Absent, type Source } from '../evidence/source.ts'
import type { Agent, AgentJob } from './agent.ts'
import { mostAtOnce, mostEachSecond } from './pace.ts'
import { admitsToken, admitsTokenIn } from '../http/token.ts'
import { realClock } from '../clock.ts'

let agent: Agent | undefined
afterEach(async () => {
  await agent?.close()
  agent = undefined
})

async function serving(sources: readonly Source[], job: Partial<AgentJob> = {}): Promise<string> {
  agent = await exampleAgent(sources, job)
  return `http://${agent.listens}`
}

/** Questions come at most so often from one address. */
async function get(url: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  for (;;) {
    const answer = await fetch(url, init)
    const body = (await answer.json()) as Record<string, unknown>
    if (answer.status !== 429) return { status: answer.status, body }
    await sleep(200)
  }
}

const flow = 'tcp,10.244.1.10:40000,10.96.0.10:53'
const told = exampleSource('told', async (_, { flows }) => ({ flows }))
const absent = exampleSource('absent', () => Promise.reject(new Absent('/proc/none: not there (ENOENT)')))
const ofFlows = exampleSource('of-flows', async (_, { flows }) => flows.length, { about: 'flows' })
const costly = exampleSource('costly', async () => 'a lot', { costly: true })
const ofCluster = exampleSource('of-cluster', async () => 1, { of: 'cluster' })

describe('evidence', () => {
  test('is what every source of the machine says of the flows, or why it says nothing', async () => {
    const base = await serving([told, absent, ofFlows, costly, ofCluster])
    const { status, body } = await get(`${base}/evidence?flow=${flow}&flow=udp,[fd00::7]:4000,[fd00::a]:53`)
    const at = expect.any(Number) as number
    const flows = [
      { proto: 'tcp', local: '10.244.1.10:40000', remote: '10.96.0.10:53' },
      { proto: 'udp', local: '[fd00::7]:4000', remote: '[fd00::a]:53' },
    ]
    expect(status).toBe(200)
    expect(body).toEqual({
      version: '0.1.0',
      node: 'node-1',
      at,
      readings: {
        told: { at, value: { flows } },
        absent: { at, absent: '/proc/none: not there (ENOENT)' },
        'of-flows': { at, value: 2 },
        costly: { at, value: 'a lot' },
      },
    })
  })

  test('leaves out what is costly, and what is about flows where there are none', async () => {
    const base = await serving([told, ofFlows, costly])
    expect(Object.keys((await get(`${base}/evidence?costly=no`)).body['readings'] as object)).toEqual(['told'])
  })

  test.each([
    [
      'flow=tcp',
      'flow: expected up to 16 times protocol, local and remote end, such as tcp,10.244.1.10:40000,',
      '"tcp"',
    ],
    ['flow=sctp,10.0.0.1:1,10.0.0.2:2', 'flow: expected', '"sctp,10.0.0.1:1,10.0.0.2:2"'],
    ['flow=tcp,10.0.0.1:1,10.0.0.2', 'flow: expected', '"tcp,10.0.0.1:1,10.0.0.2"'],
    ['flow=tcp,10.0.0.1:1,some-name:2', 'flow: expected', 'some-name'],
    ['flow=tcp,10.0.0.1:1,10.0.0.2:99999', 'flow: expected', ':99999'],
    ['flow=tcp,--delete:1,10.0.0.2:2', 'flow: expected', '--delete'],
    [Array(17).fill(`flow=${flow}`).join('&'), 'flow: expected', 'found it 17 times'],
    ['costly=maybe', 'costly: expected yes or no', 'found "maybe"'],
    ['flows=all', '"flows": no such parameter, expected flow, costly', ''],
  ])('?%s is a mistake', async (query, sentence, found) => {
    const base = await serving([told])
    const { status, body } = await get(`${base}/evidence?${query}`)
    expect([status, body['error']]).toEqual([400, expect.stringContaining(sentence)])
    expect(body['error']).toContain(found)
  })

  test('a source that never answers is absent, and holds up nobody but its asker', async () => {
    const base = await serving([told, exampleSource('deaf', () => new Promise(() => {}))])
    const { body } = await get(`${base}/evidence`)
    expect(body['readings']).toMatchObject({ told: { value: {} }, deaf: { absent: 'no answer within 2000 ms' } })
  })

  test.each([
    [100, { absent: 'no answer within 100 ms' }],
    [20_000, { value: {} }],
  ])('a source has as long as the operator says: %i ms', async (deadlineMs, told) => {
    const slow = exampleSource('slow', () => sleep(500, {}))
    const base = await serving([slow], { deadlineMs })
    expect((await get(`${base}/evidence`)).body['readings']).toMatchObject({ slow: told })
  })
})

describe('what is costly', () => {
  const dir = mkdtempSync(join(tmpdir(), 'longhold-agent-'))

  test('is read once for all who ask within two seconds, and says when', async () => {
    const runs = join(dir, 'runs')
    const rules = exampleSource('rules', machine => machine.run('sh', ['-c', `echo x >>${runs}; wc -l <${runs}`]), {
      costly: true,
    })
    const base = await serving([rules])
    const readings = await Promise.all(
      Array.from({ length: mostEachSecond }, () => get(`${base}/evidence?flow=${flow}`)),
    )
    const [first] = readings
    expect(readings.map(({ body }) => body['readings'])).toEqual(readings.map(() => first?.body['readings']))
    expect(first?.body['readings']).toMatchObject({ rules: { value: '1\n' } })
    await sleep(2100)
    expect((await get(`${base}/evidence`)).body['readings']).toMatchObject({ rules: { value: '2\n' } })
  })

  test('is read anew where it is about flows, for an older answer is none', async () => {
    let read = 0
    const base = await serving([exampleSource('entries', async () => ++read, { costly: true, about: 'flows' })])
    for (const value of [1, 2])
      expect((await get(`${base}/evidence?flow=${flow}`)).body['readings']).toMatchObject({ entries: { value } })
  })

  test('is not begun again by those who ask while it hangs', async () => {
    const began = join(dir, 'began')
    const hangs = exampleSource('hangs', machine => machine.run('sh', ['-c', `echo x >>${began}; sleep 1000`]), {
      costly: true,
    })
    writeFileSync(began, '')
    const base = await serving([hangs, exampleSource('count', async machine => machine.run('wc', ['-l', began]))])
    const asked = await Promise.all([1, 2, 3].map(() => get(`${base}/evidence`)))
    for (const { body } of asked) expect(body['readings']).toMatchObject({ hangs: { absent: expect.any(String) } })
    expect((await get(`${base}/evidence?costly=no`)).body['readings']).toMatchObject({
      count: { value: `1 ${began}\n` },
    })
  })
})

describe('who may ask', () => {
  const stranger = addressOfMachine()

  test.skipIf(stranger === undefined)('a flow is told to its own end only', async () => {
    const listen = { host: stranger ?? '', port: 0 }
    const base = await serving([told], { listen })
    const own = await get(`${base}/evidence?flow=tcp,${stranger}:40000,10.96.0.10:53`)
    expect(own.status).toBe(200)
    const { status, body } = await get(`${base}/evidence?flow=tcp,${stranger}:1,10.96.0.10:53&flow=${flow}`)
    expect([status, body]).toEqual([
      403,
      {
        error: `tcp 10.244.1.10:40000 is not a flow of ${stranger}, and flows are told only to the address they leave from`,
        you: stranger,
      },
    ])
  })

  test('who has the token, where there is one; liveness is told to everybody', async () => {
    const base = await serving([told], { admits: admitsToken('secret', 'here') })
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer secre',
      'Bearer secrets',
      'Basic secret',
      'Bearer secret x',
    ]) {
      const { status, body } = await get(`${base}/evidence`, { headers: { authorization } })
      expect([status, body['error']], authorization).toEqual([401, expect.stringContaining('Authorization: Bearer')])
    }
    expect((await get(`${base}/evidence`, { headers: { authorization: 'Bearer secret' } })).status).toBe(200)
    expect((await fetch(`${base}/healthz`)).status).toBe(200)
    await sleep(1000)
    expect((await fetch(`${base}/metrics`)).status).toBe(401)
  })

  test('a token in a file may change; one that is gone stays in force', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'longhold-token-')), 'token')
    writeFileSync(file, 'one\n')
    let now = 0
    const admits = await admitsTokenIn(file, { ...realClock, steady: () => now })
    expect([await admits('Bearer one'), await admits('Bearer two')]).toEqual([true, false])
    writeFileSync(file, 'two\n')
    now += 11_000
    expect([await admits('Bearer one'), await admits('Bearer two')]).toEqual([false, true])
    writeFileSync(file, '')
    now += 11_000
    expect(await admits('Bearer two')).toBe(true)
  })

  test.each(['/no/such/file', '/dev/null', '/proc/self/status'])('%s is no token', async file => {
    await expect(admitsTokenIn(file, realClock)).rejects.toMatchObject({ name: 'Problem', exitCode: 2 })
  })
})

describe('a flood', () => {
  test('from one address is slowed down', async () => {
    const base = await serving([told])
    const answers = await Promise.all(Array.from({ length: 16 }, () => fetch(`${base}/evidence`)))
    const busy = answers.filter(({ status }) => status === 429)
    expect(busy.length).toBeGreaterThanOrEqual(16 - 2 * mostEachSecond) // a second may have ended meanwhile
    expect(busy[0]?.headers.get('retry-after')).toBe('1')
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    expect((await fetch(`${base}/healthz`)).status).toBe(200)
  })

  test('of questions that take long is bounded, and answered again afterwards', { timeout: 15_000 }, async () => {
    let [reading, most] = [0, 0]
    const slow = exampleSource('slow', async () => {
      most = Math.max(most, ++reading)
      await sleep(1500)
      reading -= 1
    })
    const base = await serving([slow])
    const statuses: number[] = []
    const asking: Promise<void>[] = []
    for (let at = 0; at < 4; at++) {
      for (let each = 0; each < 4; each++)
        asking.push(fetch(`${base}/evidence`).then(async ({ status }) => void statuses.push(status)))
      await sleep(450)
    }
    await Promise.all(asking)
    expect(most).toBeLessThanOrEqual(mostAtOnce)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    await sleep(1000)
    expect((await fetch(`${base}/evidence`)).status).toBe(200)
  })
})

test('sources that listen are begun at the start, answer while it runs, and are closed with it', async () => {
  const said: string[] = []
  const listening = exampleSource('events', () => Promise.reject(new Absent('not begun')), {
    begin({ follow }) {
      const lines: string[] = []
      const stop = follow(
        'sh',
        ['-c', 'echo one; sleep 1000'],
        line => lines.push(line),
        why => said.push(why),
      )
      return {
        read: async () => lines,
        close() {
          said.push('closed')
          stop()
        },
      }
    },
  })
  const base = await serving([listening])
  await expect
    .poll(async () => (await get(`${base}/evidence`)).body['readings'])
    .toMatchObject({ events: { value: ['one'] } })
  await agent?.close()
  expect(said).toEqual(['closed'])
})

test('its metrics are there from the first scrape, and listed on its page', async () => {
  const base = await serving([told, absent])
  const before = await (await fetch(`${base}/metrics`)).text()
  expect(before).toContain('longhold_agent_requests_total{outcome="not-its-flow"} 0')
  expect(before).toContain('longhold_agent_source_absent_total{source="absent"} 0')
  await get(`${base}/evidence`)
  const after = await (await fetch(`${base}/metrics`)).text()
  expect(after).toContain('longhold_agent_requests_total{outcome="answered"} 2')
  expect(after).toContain('longhold_agent_source_absent_total{source="absent"} 1')
  expect(after).toContain('longhold_agent_source_read_seconds_count{source="told"} 1')
  const page = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  for (const [, name = ''] of after.matchAll(/^# TYPE (\S+)/gm)) expect(page).toContain(`\`${name}\``)
})
