import { afterEach, expect, test } from 'vitest'
import {
  exampleCohort,
  exampleConnection,
  exampleConnections,
  exampleSnapshot,
  exampleWeb,
  rowsFrom,
} from '../../test/web-example.ts'
import { type Account, ledger as newLedger } from '../ledger/ledger.ts'
import type { ConnectionRow, PlaceEnd } from '../probes/kind.ts'
import type { Web } from './server.ts'
import type { WebSource } from './source.ts'

let web: Web | undefined
afterEach(() => web?.close())

async function shown(query: string, source: Partial<WebSource> = {}): Promise<string> {
  web = await exampleWeb(source)
  const answer = await fetch(`http://${web.listens[0]}/connections${query}`)
  expect(answer.status).toBe(200)
  return answer.text()
}

const holding = (...rows: readonly ConnectionRow[]) => ({ connections: rowsFrom(rows) })

/** Ids of the rows, in their order. */
const ids = (markup: string) => [...markup.matchAll(/<tr><td><a href="connection\?id=([^"]*)"/g)].map(([, id]) => id)

const reset: PlaceEnd = {
  at: Date.now() - 185_000,
  id: 'gone',
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  zombie: false,
  idleMs: 900_000,
  tookUs: 500,
  exchanges: 2,
  lifetimeMs: 1_800_000,
}

test('a row tells who, where, how long, what the kernel has set and knows, and what happened here before', async () => {
  const markup = await shown('', holding(exampleConnection(0, { openedAt: Date.now() - 3_605_000, lastEnd: reset })))
  for (const words of [
    '<a href="connection?id=c0">c0</a>',
    'quiet <span class="quiet">tcp-hold</span>',
    'longhold-server-0',
    '>1h</td>',
    '1s, next in 2s',
    'after 1m, 3 x 10s',
    'ESTAB, ack 12s ago, rto 204ms',
    '<a href="connection?id=gone"><span class="bad">reset in exchange, 3m ago</span></a>',
    'rows 1 to 1',
  ])
    expect(markup).toContain(words)
  expect(markup).not.toMatch(/undefined|NaN|<script| style=| on\w+="/)
})

function dyingKernel() {
  const known = exampleConnection(0).kernel()
  return known && { ...known, tcpInfo: { ...known.tcpInfo, unacked: 1, backoff: 4, probes: 2 } }
}

test('a connection that dies in silence is seen in what its kernel waits for', async () => {
  const markup = await shown('', holding(exampleConnection(0, { kernel: dyingKernel })))
  expect(markup).toMatch(/<td class="flexible warn">ESTAB,[^<]*1 unacked, backoff 4, 2 probes unanswered</)
})

test('one that waits has no socket to ask, and says when it tries again', async () => {
  const waiting = exampleConnection(0, {
    id: '',
    state: 'waiting',
    kernel: () => undefined,
    nextMs: 65_000,
    failed: { fate: 'refused', code: 'ECONNREFUSED connect' },
    server: '',
  })
  expect(await shown('', holding(waiting))).toContain('refused (ECONNREFUSED connect), tries again in 1m 5s')
})

test('pages follow one another, and keep what was asked for', async () => {
  const held = exampleConnections(20_000)
  const markup = await shown('?filter=10.0.0.7&cohort=quiet&offset=100&limit=50', { connections: held.rows })
  expect([ids(markup)[0], ids(markup).at(-1), ids(markup)]).toEqual([
    'c200',
    'c298',
    expect.objectContaining({ length: 50 }),
  ])
  expect(markup).toContain('rows 101 to 150')
  expect(markup).toContain('href="connections?filter=10.0.0.7&amp;cohort=quiet&amp;offset=50&amp;limit=50">previous')
  expect(markup).toContain('href="connections?filter=10.0.0.7&amp;cohort=quiet&amp;offset=150&amp;limit=50">next')
  expect(markup).toContain('value="10.0.0.7"')
  expect(markup).toContain('<option selected>quiet</option>')
  expect(held.made).toBeLessThan(310)
})

test('the first page of 20,000 asks the kernel about no more than it shows', async () => {
  let asked = 0
  const kernel = () => {
    asked += 1
    return undefined
  }
  const rows = Array.from({ length: 20_000 }, (_, i) => exampleConnection(i, { kernel }))
  expect(ids(await shown('?filter=c1999', holding(...rows)))).toHaveLength(11) // c1999, c19990 to c19999
  expect(asked).toBe(11)
})

test.each([
  ['reset', ['b']],
  ['TCP-HOLD/quiet waiting', ['b']],
  ['10.1.', ['c']],
  ['server-1', ['c']],
  ['gone', ['b']],
  ['a', ['a', 'b', 'c']], // every one of them waits, or is quiet at a path
])('the filter %j finds %j', async (filter, found) => {
  const rows = [
    exampleConnection(0, {
      id: 'a',
      server: 'server-0',
      addresses: () => ({ local: '10.0.0.1:1', remote: '' }),
      path: 'pod',
    }),
    exampleConnection(0, { id: 'b', server: 'server-0', state: 'waiting', lastEnd: reset }),
    exampleConnection(0, {
      id: 'c',
      server: 'server-1',
      addresses: () => ({ local: '10.1.0.1:1', remote: '' }),
      cohort: 'cached',
    }),
  ]
  const markup = await shown(`?filter=${encodeURIComponent(filter)}`, holding(...rows))
  expect(ids(markup)).toEqual(filter === 'a' ? ['a', 'b', 'c'] : found)
})

test('an empty form field asks for nothing, another state does', async () => {
  const rows = [exampleConnection(0), exampleConnection(2, { state: 'exchange' })]
  expect(ids(await shown('?filter=&cohort=&state=', holding(...rows)))).toEqual(['c0', 'c2'])
  await web?.close()
  expect(ids(await shown('?state=exchange', holding(...rows)))).toEqual(['c2'])
})

test('what is empty says why', async () => {
  expect(await shown('')).toContain('This process holds no connection')
  await web?.close()
  const markup = await shown('?filter=%3Cimg%3E&cohort=none&state=idle', holding(exampleConnection(0)))
  expect(markup).toContain('No connection matches “&lt;img&gt;”, cohort none, state idle.')
  await web?.close()
  expect(await shown('?offset=500', holding(exampleConnection(0)))).toMatch(
    /There is no connection beyond row 500\.[^]*offset=400">previous/,
  )
})

test('names are text, however long', async () => {
  const bad = `<img src=x onerror=alert(1)>${'x'.repeat(200)}`
  const cohorts = [exampleCohort({ cohort: bad })]
  const row = exampleConnection(0, {
    id: bad,
    cohort: bad,
    server: bad,
    addresses: () => ({ local: bad, remote: bad }),
  })
  const markup = await shown('', { ...holding(row), snapshot: () => exampleSnapshot({ cohorts }) })
  expect(markup).not.toContain('<img')
  expect(markup).toContain('<td class="flexible">&lt;img src=x onerror=alert(1)&gt;')
})

test.each([
  ['?state=open', 'state: expected one of idle, exchange, connecting, waiting, or nothing, found "open"'],
  [`?filter=${'a'.repeat(201)}`, 'filter: expected words of at most 200 characters, found'],
  ['?limit=0', 'limit: expected a whole number in 1..1000, found "0"'],
])('%s is refused: %s', async (query, sentence) => {
  web = await exampleWeb()
  const answer = await fetch(`http://${web.listens[0]}/connections${query}`)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(sentence.replaceAll('"', '\\"'))])
})

test('a form may ask this server, and no other', async () => {
  web = await exampleWeb()
  const { headers } = await fetch(`http://${web.listens[0]}/connections`)
  expect(headers.get('content-security-policy')).toContain("form-action 'self'")
})

const account = (id: string, given: Partial<Account> = {}): Account => ({
  id,
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  client: { pod: 'client-7', node: 'n', ip: '10.0.0.1', instance: 'i' },
  remote: '10.244.0.1:4000',
  local: '10.0.0.2:7000',
  openedAt: Date.now() - 600_500,
  lastAt: Date.now() - 60_500,
  exchanges: 3,
  bytesIn: 320,
  bytesOut: 210,
  state: 'open',
  ...given,
})

test('a server without a client shows its ledger', async () => {
  const ledger = newLedger(10)
  for (const id of ['a', 'b']) ledger.open(account(id))
  ledger.open(account('c', { cohort: '<b>' }))
  ledger.end('a', {
    at: Date.now(),
    fate: 'reset',
    phase: 'idle',
    code: 'ECONNRESET read',
    planned: false,
    zombie: true,
  })
  const server = { command: 'server', ledger }
  const markup = await shown('', server)
  expect(ids(markup)).toEqual(['b', 'c', 'a'])
  for (const words of ['client-7', '10.244.0.1:4000', '>10m</td>', '>1m ago</td>', 'reset in idle', '&lt;b&gt;'])
    expect(markup).toContain(words)
  await web?.close()
  expect(ids(await shown('?filter=reset&state=ended', server))).toEqual(['a'])
  await web?.close()
  expect(await shown('', { ...server, ledger: newLedger(1) })).toContain('No client has come to this server yet.')
})
