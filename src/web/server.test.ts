import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Account, ledger } from '../ledger/ledger.ts'
import { exampleConnections, exampleIdentity, exampleSnapshot, exampleWeb } from '../../test/web-example.ts'
import { exampleVerdict } from '../../test/verdicts.ts'
import type { Web } from './server.ts'
import { entries } from '../handbook/entries.ts'
import type { WebSource } from './source.ts'

let web: Web | undefined
afterEach(() => web?.close())

async function serving(source: Partial<WebSource> = {}): Promise<string> {
  web = await exampleWeb(source)
  return `http://${web.listens[0]}`
}

async function asked(path: string, source: Partial<WebSource> = {}) {
  const answer = await fetch(`${await serving(source)}${path}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('liveness and the scrape answer', async () => {
  const base = await serving()
  expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n')
  const scrape = await fetch(`${base}/metrics`)
  expect(scrape.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await scrape.text()).toContain('longhold_build_info{version="0.1.0"')
  const bytes = async (encoding: string) =>
    (await fetch(`${base}/metrics`, { headers: { 'accept-encoding': encoding } })).headers
  const [packed, plain] = [await bytes('gzip'), await bytes('identity')]
  expect([packed.get('content-encoding'), plain.get('content-encoding')]).toEqual(['gzip', null])
  expect(Number(packed.get('content-length'))).toBeLessThan(Number(plain.get('content-length')) / 4)
  const open = await fetch(`${base}/metrics`, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } })
  expect(open.headers.get('content-type')).toContain('application/openmetrics-text')
})

test('readiness names the parts that are not ready', async () => {
  const parts = [
    { name: 'tcp-hold server', ready: true },
    { name: 'dns client', ready: false },
  ]
  const { status, body } = await asked('/readyz', { ready: () => ({ ready: false, parts }) })
  expect([status, body['waiting']]).toEqual([503, ['dns client']])
})

test('the status tells configured from effective, and percentiles with their unit', async () => {
  const { status, body } = await asked('/api/status', {
    journal: () => ({ dir: '/j', bytes: 7, stopped: 'disk full' }),
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    command: 'pair',
    identity: { pod: 'longhold-0' },
    ready: true,
    journal: { stopped: 'disk full' },
    noise: { loopDelayMs: { max: 12 } },
    cohorts: [
      {
        cohort: 'quiet',
        faults: 3,
        exposureS: 5400.5,
        options: { configured: { keepalive: { intervalS: 10 } }, effective: { keepalive: { intervalS: 1 } } },
        exchangeLatencyUs: { count: 3 },
        idleAtDeathS: {
          count: 3,
          buckets: [
            { le: 350, count: 1 },
            { le: 900, count: 2 },
          ],
        },
      },
      { cohort: 'control' },
    ],
  })
})

const judged = {
  snapshot: () =>
    exampleSnapshot({
      verdicts: [exampleVerdict(), exampleVerdict({ id: 'unexplained-1', name: 'unexplained', state: 'closed' })],
      verdictCounts: [{ name: 'conntrack-expiry', family: 'forgotten-flow', opened: 3, planned: 1 }],
    }),
}

test('verdicts are answered whole, open ones first, and by state', async () => {
  const base = await serving(judged)
  const all: unknown = await (await fetch(`${base}/api/verdicts`)).json()
  expect(all).toMatchObject({
    verdicts: [{ ...exampleVerdict(), page: 'explain?verdict=conntrack-expiry' }, { id: 'unexplained-1' }],
    counts: [{ name: 'conntrack-expiry', opened: 3, planned: 1 }],
  })
  const closed = (await (await fetch(`${base}/api/verdicts?state=closed`)).json()) as { verdicts: { id: string }[] }
  expect(closed.verdicts.map(({ id }) => id)).toEqual(['unexplained-1'])
  const open = (await (await fetch(`${base}/api/verdicts?state=open`)).json()) as { verdicts: { id: string }[] }
  expect(open.verdicts.map(({ id }) => id)).toEqual(['conntrack-expiry-1'])
})

test('the status carries verdicts, too', async () => {
  const { body } = await asked('/api/status', judged)
  expect(body['verdicts']).toMatchObject([{ id: 'conntrack-expiry-1', evidence: [{}, {}] }, { id: 'unexplained-1' }])
})

test('every verdict is explained on a page of its own, the list names all', async () => {
  const base = await serving()
  const list = await (await fetch(`${base}/explain`)).text()
  for (const { name } of entries) expect(list).toContain(`href="explain?verdict=${name}"`)
  const page = await fetch(`${base}/explain?verdict=forgotten-flow`)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await page.text()).toMatch(/<h1>forgotten-flow<\/h1>[^]*<h2>Mechanisms<\/h2>[^]*<code>path: pod<\/code>/)
  const unknown = await fetch(`${base}/explain?verdict=<b>`)
  expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8'])
})

test('one page of connections costs one page, whatever there is', async () => {
  const held = exampleConnections(20_000)
  const { body } = await asked('/api/connections?offset=10&limit=5', { connections: held.rows })
  expect((body['connections'] as { id: string }[]).map(({ id }) => id)).toEqual(['c10', 'c11', 'c12', 'c13', 'c14'])
  expect([body['more'], held.made]).toEqual([true, 16])
})

test('connections of one cohort, and a last page that says so', async () => {
  const { body } = await asked('/api/connections?cohort=control&offset=2', { connections: exampleConnections(8).rows })
  expect(body).toMatchObject({ more: false, connections: [{ id: 'c5' }, { id: 'c7' }] })
})

test.each([
  ['/api/connections?limit=1001', 'limit: expected a whole number in 1..1000, found "1001"'],
  [
    '/api/connections?offset=-1&limit=x',
    'offset: expected a whole number in 0..1000000000, found "-1"; limit: expected',
  ],
  ['/api/connections?cohrt=a', '"cohrt": no such parameter, expected filter, cohort, offset, limit'],
  ['/api/connections?cohort=', 'cohort: expected the name of a cohort of 1..63 characters, found ""'],
  ['/api/connections?limit=1&limit=2', 'limit: expected a whole number in 1..1000, found it 2 times'],
  [`/api/connections?cohort=${'a'.repeat(900)}`, 'aaa…"'],
  ['/api/verdicts?state=ajar', 'state: expected one of open, closed, found "ajar"'],
  ['/api/status?verbose=1', '"verbose": no such parameter, expected none'],
])('%s is refused: %s', async (path, sentence) => {
  const { status, body } = await asked(path)
  expect(status).toBe(400)
  expect(body['error']).toContain(sentence)
})

const account: Account = {
  id: 'c1',
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  client: { pod: 'p', node: 'n', ip: '10.0.0.1', instance: 'i' },
  remote: '10.0.0.1:4000',
  local: '10.0.0.2:7000',
  openedAt: 0,
  lastAt: 0,
  exchanges: 0,
  bytesIn: 0,
  bytesOut: 0,
  state: 'open',
}

test('the ledger answers by connection id, and by page, and always says who answers', async () => {
  const server = exampleIdentity
  const book = ledger(10)
  book.open(account)
  const base = await serving({ ledger: book, command: 'server' })
  expect(await (await fetch(`${base}/api/ledger?id=c1`)).json()).toEqual({
    server,
    atMs: expect.any(Number),
    ...account,
  })
  expect(await (await fetch(`${base}/api/ledger`)).json()).toMatchObject({ server, total: 1, accounts: [{ id: 'c1' }] })
  const unknown = await fetch(`${base}/api/ledger?id=c2`)
  expect([unknown.status, await unknown.json()]).toEqual([404, { error: expect.stringContaining('"c2"'), server }])
})

test('a client has no ledger and says so', async () => {
  const { status, body } = await asked('/api/ledger?id=c1', { command: 'client' })
  expect([status, body['error']]).toEqual([404, 'longhold client keeps no ledger: ask the server'])
})

test('an unknown path lists the routes; so does one that only looks known', async () => {
  for (const path of ['/nothing', '/constructor', '/metrics/']) {
    const { status, body } = await asked(path)
    expect([status, body['routes']]).toEqual([404, expect.arrayContaining(['/metrics', '/api/events', '/api/ledger'])])
    await web?.close()
  }
})

test('only reads are served', async () => {
  const base = await serving()
  const posted = await fetch(`${base}/api/status`, { method: 'POST', body: 'x' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  const head = await fetch(`${base}/metrics`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('a bug in the process is a 500 that the log explains, and nothing dies', async () => {
  const base = await serving({
    ready() {
      throw new Error('boom')
    },
  })
  expect((await fetch(`${base}/readyz`)).status).toBe(500)
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
})

test('a port that is taken is one sentence with the fix', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const bound = other.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  const starting = exampleWeb({}, { host: '127.0.0.1', port })
  await expect(starting).rejects.toMatchObject({
    name: 'Problem',
    message: `cannot listen on 127.0.0.1:${port}: another process has this port; choose another with --web-port or web.listen, 0 for any free one.`,
  })
  other.close()
})

test.each([
  ['192.0.2.1', 'no interface here has that address'],
  ['no-such-host.invalid', 'the name does not resolve'],
])('%s cannot be listened on: %s', async (host, sentence) => {
  const starting = exampleWeb({}, { host, port: 0 })
  await expect(starting).rejects.toThrow(sentence)
})

test('closing ends what is open, a client that never reads included', async () => {
  const base = await serving()
  const socket = connect(Number(new URL(base).port), '127.0.0.1')
  socket.on('error', () => {}) // closing may reset it
  socket.write('GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  await sleep(10)
  const closing = web?.close()
  web = undefined
  await closing
  await expect(fetch(`${base}/healthz`)).rejects.toThrow()
  socket.destroy()
})
