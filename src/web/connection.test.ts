import { afterEach, expect, test, vi } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import { exampleVerdict } from '../../test/verdicts.ts'
import {
  exampleConnection,
  exampleIdentity,
  exampleSnapshot,
  exampleSource,
  exampleTcpInfo,
  exampleWeb,
  rowsFrom,
} from '../../test/web-example.ts'
import type { Statement, ToldAccount } from '../evidence/ledger/statement.ts'
import { type Account, ledger as newLedger } from '../ledger/ledger.ts'
import type { Identity } from '../outcome/identity.ts'
import type { ConnectionRow, PlaceEnd } from '../probes/kind.ts'
import type { Fault } from '../record/snapshot.ts'
import { connection } from './connection.ts'
import type { Web } from './server.ts'
import { askingServers } from './sides.ts'
import type { WebSource } from './source.ts'

let web: Web | undefined
afterEach(() => web?.close())

const clock = storyClock()
const now = clock.now()

async function asked(id: string, given: Partial<WebSource> = {}) {
  const source = exampleSource(given)
  const { status, body } = await connection(id, source, clock, askingServers(source, clock))
  return { status, markup: body.toString() }
}

const peer: Identity = { pod: 'server-0', node: 'node-b', ip: '10.0.0.9', instance: 'beef', zone: 'eu-1' }
const row = exampleConnection(1, {
  id: 'c1',
  peer,
  openedAt: now - 3_600_500,
  idleMs: 300_500,
  nextMs: 600_500,
  exchanges: 4,
})
const holding = (each: ConnectionRow = row) => ({ connections: rowsFrom([exampleConnection(7), each]) })

const account: ToldAccount & Account = {
  id: 'c1',
  kind: 'tcp-hold',
  cohort: 'control',
  path: 'service',
  client: exampleIdentity,
  remote: '10.244.0.1:51234',
  local: '10.244.2.11:7000',
  openedAt: now - 3_600_500,
  lastAt: now - 290_500,
  exchanges: 4,
  bytesIn: 320,
  bytesOut: 210,
  state: 'open',
}
const told = (given: Partial<ToldAccount> = {}, aheadMs = 0): Statement => ({
  state: 'told',
  account: { ...account, ...given },
  server: peer,
  clock: { aheadMs, errorMs: 3 },
})
const saying = (statement: Statement) => ({ statement: () => Promise.resolve(statement) })

/** What the list of the time line says, line for line, without markup. */
const lines = (markup: string) =>
  [...(/<ol class="moments">([^]*?)<\/ol>/.exec(markup)?.[1] ?? '').matchAll(/<li>([^]*?)<\/li>/g)].map(
    ([, line = '']) =>
      line
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(20),
  )
/** Cells of a row of the comparison. */
const cells = (markup: string, name: string) => {
  const [, mine = '', theirs = ''] =
    new RegExp(`<th scope="row">${name}</th><td[^>]*>([^]*?)</td><td[^>]*>([^]*?)</td>`).exec(markup) ?? []
  return [mine, theirs].map(cell => cell.replace(/<[^>]*>/g, ''))
}

test('both sides stand next to each other and on one line', async () => {
  const { status, markup } = await asked('c1', { ...holding(), ...saying(told()) })
  expect(status).toBe(200)
  expect(markup).toContain('<p class="headline is-good">Both sides have it open.</p>')
  expect(cells(markup, 'Who')).toEqual(['longhold-0 on node-a, 10.0.0.7', 'server-0 on node-b in eu-1, 10.0.0.9'])
  expect(cells(markup, 'State')).toEqual(['idle: 5m, next in 10m', 'open'])
  expect(cells(markup, 'Client’s end')).toEqual(['10.0.0.7:40001', '10.244.0.1:51234 translated on the way'])
  expect(cells(markup, 'Keepalive, effective')[0]).toBe('after 1m, 3 x 10s')
  expect(cells(markup, 'TCP')[0]).toBe('ESTAB, ack 12s ago, rto 204ms')
  expect(cells(markup, 'Bytes')[1]).toBe('320 in, 210 out')
  const said = lines(markup)
  expect(said.slice(0, 2).toSorted()).toEqual(['1h ago client opened', '1h ago server opened'])
  expect(said.slice(2)).toEqual([
    expect.stringContaining('last exchange, number 4'),
    expect.stringContaining('last byte, after 4 exchanges'),
    '12s ago client its kernel last heard from the other side (ACK)',
    'in 10m client next exchange due',
  ])
  expect(markup).toMatch(/<svg viewBox="0 0 400 \d+" role="img" aria-label=/)
  expect(markup).not.toMatch(/NaN|undefined|Infinity|<script| style=| on\w+="/)
})

test('the times of a server whose clock is ahead are shown by ours, and it says so', async () => {
  const { markup } = await asked('c1', {
    ...holding(),
    ...saying(told({ openedAt: now - 3_600_500 + 7_200_000, lastAt: now + 6_890_000 }, 7_200_000)),
  })
  expect(markup).toContain('Its clock is 2h ahead of ours, measured now to within 3.0ms')
  expect(lines(markup).filter(line => line.includes('server'))).toEqual([
    '1h ago server opened',
    '5m 10s ago server last byte, after 4 exchanges',
  ])
})

test('a server that does not tell its clock is not drawn as if it had', async () => {
  const { clock: _, ...untimed } = told() as Extract<Statement, { state: 'told' }>
  const { markup } = await asked('c1', { ...holding(), ...saying(untimed) })
  expect(markup).toContain('does not tell its clock')
  expect(lines(markup).filter(line => line.endsWith('(by the server’s clock)'))).toHaveLength(2)
})

const end: PlaceEnd = {
  at: now - 60_500,
  id: 'gone',
  fate: 'reset',
  phase: 'exchange',
  code: 'ECONNRESET read',
  planned: false,
  zombie: false,
  idleMs: 900_000,
  tookUs: 2_000_000,
  exchanges: 2,
  lifetimeMs: 2_702_000,
  peer,
}

test('a connection that is gone is told from its end, with the verdict that names it', async () => {
  const verdict = exampleVerdict({
    series: ['tcp-hold/control'],
    since: now - 90_000,
    lastAt: now - 60_000,
    openedAt: now - 50_500,
  })
  const { markup } = await asked('gone', {
    ...holding(exampleConnection(1, { id: 'c1', peer, lastEnd: end })),
    ...saying(told({ id: 'gone' })),
    snapshot: () =>
      exampleSnapshot({ verdicts: [verdict, exampleVerdict({ id: 'other', series: ['tcp-hold/quiet'] })] }),
  })
  expect(markup).toContain(
    'It ended for the client (reset in exchange, 1m ago); the server still has it open, and does not know.',
  )
  expect(lines(markup).filter(line => !line.includes('server'))).toEqual([
    '46m 2s ago client opened',
    '16m 2s ago client last exchange, number 2; silent for 15m from here',
    '1m 2s ago client the silence was broken: asked',
    '1m ago client reset in exchange: ECONNRESET read',
    expect.stringMatching(/^50s ago longhold conntrack-expiry, proven: /),
  ])
  expect(markup).toContain('<a href="explain?verdict=conntrack-expiry">')
})

const fault: Fault = {
  at: now - 60_000,
  side: 'client',
  kind: 'tcp-hold',
  name: 'control',
  fate: 'timeout',
  phase: 'idle',
  code: 'ETIMEDOUT read',
  planned: false,
  suspect: false,
  id: 'old',
  idleMs: 900_000,
  exchanges: 0,
  by: 'server-0',
  tcpInfo: { ...exampleTcpInfo, probes: 3 },
}

test('of one that only the faults remember, every process of that name is asked', async () => {
  const statement = vi.fn<NonNullable<WebSource['statement']>>(({ peer: { instance } }) =>
    Promise.resolve(
      instance === 'f1'
        ? told({ id: 'old', state: 'ended', ending: { ...end, fate: 'reset', at: now - 61_000 } })
        : { state: 'unknown', asked: instance, answeredBy: instance },
    ),
  )
  const rows = ['f0', 'f1', 'f1'].map((instance, i) => exampleConnection(i, { peer: { ...peer, instance } }))
  const { markup } = await asked('old', {
    connections: rowsFrom(rows),
    statement,
    snapshot: () => exampleSnapshot({ faults: [fault] }),
  })
  expect(
    statement.mock.calls.map(
      ([
        {
          id,
          peer: { instance },
        },
      ]) => `${id} ${instance}`,
    ),
  ).toEqual(['old f0', 'old f1'])
  expect(markup).toContain('It ended for the client (timeout in idle, 1m ago); and for the server (reset in exchange).')
  expect(cells(markup, 'TCP')[0]).toContain('3 probes unanswered')
})

test.each<[string, Statement, string]>([
  [
    'unreachable',
    { state: 'unreachable', why: '10.0.0.9:8080: it refuses connections' },
    'The client has it open; the server’s side is not to be had: 10.0.0.9:8080: it refuses connections.',
  ],
  [
    'restarted',
    { state: 'unknown', asked: 'beef', answeredBy: 'f00d' },
    'the server does not know it: another process answers in its place: it was restarted.',
  ],
  [
    'forgetful',
    { state: 'unknown', asked: 'beef', answeredBy: 'beef' },
    'the server does not know it: it never came, or its ending is forgotten.',
  ],
  ['overdue', told({ state: 'overdue' }), 'the server missed the client’s turn'],
  [
    'done',
    told({ state: 'ended', ending: { ...end, fate: 'closed' } }),
    'for the server it ended (closed in exchange): nobody will answer.',
  ],
])('a server that is %s says so in the first line', async (_, statement, sentence) => {
  expect((await asked('c1', { ...holding(), ...saying(statement) })).markup).toContain(sentence)
})

test('without evidence no server is asked, and the page says so', async () => {
  expect((await asked('c1', holding())).markup).toContain('no server is asked: evidence is off')
})

test('a pair reads its own ledger, with one clock and what its listener has set', async () => {
  const ledger = newLedger(10)
  ledger.open({ ...account })
  const options = { keepalive: { idleS: 60, intervalS: 10, count: 3 }, userTimeoutMs: 0 }
  const listeners = [{ kind: 'tcp-hold', configured: options, effective: { ...options, keepalive: undefined } }]
  const statement = vi.fn<NonNullable<WebSource['statement']>>()
  const { markup } = await asked('c1', {
    ...holding(),
    ledger,
    statement,
    snapshot: () => exampleSnapshot({ listeners }),
  })
  expect(markup).toContain('Both sides have it open.')
  expect(cells(markup, 'Keepalive, effective')).toEqual(['after 1m, 3 x 10s', 'off'])
  expect(markup).not.toContain('another process')
  expect(statement).not.toHaveBeenCalled()
})

test('a server shows its side alone', async () => {
  const ledger = newLedger(10)
  ledger.open({ ...account })
  const { markup } = await asked('c1', { command: 'server', ledger })
  expect(markup).toContain('The server has it open. The client’s side is told by the client itself.')
  expect(cells(markup, 'Who')[0]).toContain('longhold-0') // who the client says it is
})

test.each([['nobody'], ['<img src=x onerror=alert(1)>']])(
  '%s is no connection, which is a page and 404, and nobody is asked',
  async id => {
    const statement = vi.fn<NonNullable<WebSource['statement']>>()
    const { status, markup } = await asked(id, { ...holding(), statement })
    expect([status, markup.includes('Nobody here knows a connection')]).toEqual([404, true])
    expect(markup).not.toContain('<img')
    expect(statement).not.toHaveBeenCalled()
  },
)

test('two ends that are closer than the clocks can tell have no order', async () => {
  const theirs = { ...end, at: end.at - 2 }
  const gone = { ...holding(exampleConnection(1, { peer, lastEnd: end })) }
  const { markup } = await asked('gone', { ...gone, ...saying(told({ id: 'gone', state: 'ended', ending: theirs })) })
  expect(lines(markup)).toContainEqual(
    '1m ago, before or after the client’s end: the clocks cannot tell server reset in exchange: ECONNRESET read',
  )
})

test('whatever a server says is text', async () => {
  const bad = `<img src=x onerror=alert(1)>${'x'.repeat(200)}`
  const hostile = { ...peer, pod: bad, node: bad, ip: bad, instance: 'beef' }
  const statement: Statement = {
    state: 'told',
    account: {
      ...account,
      cohort: bad,
      kind: bad,
      path: bad,
      remote: bad,
      local: bad,
      state: 'ended',
      lastAt: 4e15,
      openedAt: 0,
      ending: { ...end, at: 4e15, fate: bad, phase: bad, code: bad },
    },
    server: hostile,
    clock: { aheadMs: 4e15, errorMs: 1e9 },
  }
  const { status, markup } = await asked('c1', {
    ...holding(exampleConnection(1, { id: 'c1', peer: hostile })),
    ...saying(statement),
  })
  expect(status).toBe(200)
  expect(markup).not.toMatch(/<img|NaN|Infinity/)
})

test('a flood of requests for a page is one question to the server', async () => {
  const statement = vi.fn<NonNullable<WebSource['statement']>>(() => Promise.resolve(told()))
  web = await exampleWeb({ ...holding(), statement })
  const url = `http://${web.listens[0]}/connection?id=c1`
  await Promise.all(Array.from({ length: 50 }, async () => (await fetch(url)).text()))
  expect(statement).toHaveBeenCalledTimes(1)
})

test('without an id it says what is missing', async () => {
  web = await exampleWeb()
  const answer = await fetch(`http://${web.listens[0]}/connection`)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('id: expected a connection id')])
})
