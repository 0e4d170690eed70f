import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { telling } from '../world.ts'
import { asking } from './asking.ts'
import * as peers from './peers.ts'

/** One lookup through `servers`, told as one question. */
async function lookup(servers: string[], resolver: object, settings: object = {}) {
  await using probe = await asking({
    servers,
    ports: [],
    every: '60s',
    resolver: { ndots: 1, search: [], ...resolver },
    ...settings,
  })
  const asked = await probe.world.heard(telling('asked'), 25_000)
  expect(probe.asked().length).toBe(1)
  return asked
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return `127.0.0.1:${port}`
}

const seconds = ({ tookUs }: { tookUs: number }) => Math.floor(tookUs / 1e6)

test('a second server helps when the first is silent, after the timeout; timeout:1 helps more', async () => {
  await using silent = await peers.peer(peers.silent)
  await using honest = await peers.peer(peers.honest)
  const [usual, cured, hopeless] = await Promise.all([
    lookup([silent.at, honest.at], {}),
    lookup([silent.at, honest.at], { timeout: '1s' }),
    lookup([silent.at], { timeout: '1s', attempts: 2 }),
  ])
  expect(usual).toMatchObject({ fate: 'ok', rcode: 'NOERROR', by: honest.at, tries: 4, server: '*' })
  expect(seconds(usual)).toBe(5)
  expect(cured).toMatchObject({ fate: 'ok', rcode: 'NOERROR', by: honest.at, tries: 4 })
  expect(seconds(cured)).toBe(1)
  expect(hopeless).toMatchObject({ fate: 'timeout', code: 'ETIMEDOUT', tries: 4 })
  expect(seconds(hopeless)).toBe(2)
})

test('a lost AAAA costs the timeout, then single-request and single-request-reopen are tried; set, they cost nothing', async () => {
  await using racing = await peers.peer(peers.racing())
  const fallenBack = await lookup([racing.at], { timeout: '1s' })
  expect(fallenBack).toMatchObject({ fate: 'ok', rcode: 'NOERROR', tries: 6 })
  expect(seconds(fallenBack)).toBe(2)
  const cured = await lookup([racing.at], { timeout: '1s', singleRequestReopen: true })
  expect(cured).toMatchObject({ fate: 'ok', rcode: 'NOERROR', tries: 2 })
  expect(seconds(cured)).toBe(0)
})

test.each([
  ['SERVFAIL', 2],
  ['NOTIMP', 4],
  ['REFUSED', 5],
])('%s sends the lookup to the next server, at once', async (rcode, code) => {
  await using failing = await peers.peer(peers.failing(code))
  await using honest = await peers.peer(peers.honest)
  const helped = await lookup([failing.at, honest.at], {})
  expect(helped).toMatchObject({ fate: 'ok', rcode: 'NOERROR', by: honest.at, tries: 4 })
  expect(seconds(helped)).toBe(0)
  expect(await lookup([failing.at], {})).toMatchObject({ fate: 'ok', rcode, tries: 4 })
})

test('NXDOMAIN does not ask the next server, but the next domain', async () => {
  await using denying = await peers.peer(peers.failing(3))
  await using honest = await peers.peer(peers.honest)
  expect(await lookup([denying.at, honest.at], {})).toMatchObject({ fate: 'ok', rcode: 'NXDOMAIN', tries: 2 })
  const names = ['web']
  expect(await lookup([denying.at], { search: ['a.test', 'b.test'] }, { names })).toMatchObject({
    rcode: 'NXDOMAIN',
    tries: 6,
  })
  expect(denying.questions.slice(-6).filter(question => question.endsWith(' A'))).toEqual([
    'web.a.test A',
    'web.b.test A',
    'web A',
  ])
})

test('nobody there costs no time: the next server is asked, and without one it is refused', async () => {
  const gone = await nobody()
  await using honest = await peers.peer(peers.honest)
  const helped = await lookup([gone, honest.at], {})
  expect(helped).toMatchObject({ fate: 'ok', by: honest.at })
  expect(seconds(helped)).toBe(0)
  expect(await lookup([gone], {})).toMatchObject({ fate: 'refused', code: 'ECONNREFUSED' })
})

test('single-request gives a server up at its first refusal', async () => {
  await using failing = await peers.peer(peers.failing(5))
  await using honest = await peers.peer(peers.honest)
  const helped = await lookup([failing.at, honest.at], { singleRequest: true })
  expect(helped).toMatchObject({ fate: 'ok', rcode: 'NOERROR', tries: 3 })
  expect(seconds(helped)).toBe(0)
})

test('a cut answer without TCP behind it says what became of TCP', async () => {
  await using teasing = await peers.peer(peers.teasing)
  expect(await lookup([teasing.at], {})).toMatchObject({
    fate: 'refused',
    code: 'ECONNREFUSED connect',
    truncated: true,
  })
})

test.each([
  ['another id', peers.mistaken],
  ['another question', peers.evasive],
])('an answer with %s is waited past, and counted', async (_, behaviour) => {
  await using server = await peers.peer(behaviour)
  const resolver = { timeout: '1s', attempts: 1, search: [] }
  await using probe = await asking({ servers: [server.at], ports: [], every: '60s', resolver })
  expect(await probe.world.heard(telling('asked'))).toMatchObject({ fate: 'timeout', code: 'ETIMEDOUT' })
  expect(probe.strayed().map(({ what }) => what)).toEqual(['foreign', 'foreign'])
})

test('rotate begins each lookup with the next server', async () => {
  await using first = await peers.peer(peers.honest)
  await using second = await peers.peer(peers.honest)
  await using probe = await asking({
    servers: [first.at, second.at],
    ports: [],
    every: '100ms',
    resolver: { rotate: true },
  })
  await expect.poll(() => probe.asked().length).toBeGreaterThan(3)
  expect(
    probe
      .asked()
      .slice(0, 4)
      .map(({ by }) => by),
  ).toEqual([first.at, second.at, first.at, second.at])
})

test('an answer that is late for the first round is taken in the second: same socket, same id', async () => {
  await using late = await peers.peer(peers.lateBy(1300))
  const asked = await lookup([late.at], { timeout: '1s', attempts: 2 })
  expect(asked).toMatchObject({ fate: 'ok', rcode: 'NOERROR', tries: 4 })
  expect(asked.tookUs).toBeLessThan(1_900_000)
})

test('an answer that cannot be read ends the lookup at once: glibc looks no further than the question', async () => {
  await using exaggerating = await peers.peer(peers.exaggerating)
  await using probe = await asking({
    servers: [exaggerating.at],
    ports: [],
    every: '60s',
    resolver: { timeout: '1s', attempts: 1 },
  })
  expect(await probe.world.heard(telling('asked'))).toMatchObject({ fate: 'wrong-reply', tries: 2 })
})
