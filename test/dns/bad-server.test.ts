import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { telling } from '../world.ts'
import { asking } from './asking.ts'
import * as peers from './peers.ts'

test('a silent server is a timeout after 5 s, a late one too, and what comes late is told with its latency', async () => {
  await using silent = await peers.peer(peers.silent)
  await using late = await peers.peer(peers.lateBy(5500))
  await using probe = await asking({ servers: [silent.at, late.at], every: '30s', ports: ['fresh', 'pinned'] })
  for (const server of ['1', '2'])
    for (const mode of ['fresh', 'pinned']) {
      const asked = await probe.world.heard(telling('asked', { server, mode }), 12_000)
      expect(asked).toMatchObject({ fate: 'timeout', code: 'DEADLINE', phase: 'wait' })
      expect(asked.tookUs).toBeGreaterThanOrEqual(5_000_000)
      expect(asked.tookUs).toBeLessThan(5_900_000)
    }
  for (const mode of ['fresh', 'pinned']) {
    const strayed = await probe.world.heard(telling('strayed', { server: '2', mode, what: 'late' }), 20_000)
    expect(strayed.tookUs).toBeGreaterThanOrEqual(5_400_000)
  }
  expect(probe.strayed().filter(({ server }) => server === '1')).toEqual([])
}, 40_000)

test.each([
  ['answers twice', peers.duplicating, { fate: 'ok' }, 'duplicate'],
  [
    'promises more than it has',
    peers.exaggerating,
    { fate: 'wrong-reply', code: 'WRONG_REPLY malformed' },
    'malformed',
  ],
  ['cuts its answers', peers.cutting, { fate: 'wrong-reply' }, 'malformed'],
  ['mistakes the id', peers.mistaken, { fate: 'timeout' }, 'foreign'],
  ['answers another question', peers.evasive, { fate: 'timeout' }, 'foreign'],
] as const)('a server that %s', async (_, behaviour, ending, what) => {
  await using server = await peers.peer(behaviour)
  await using probe = await asking({ servers: [server.at], timeout: '300ms', every: '500ms' })
  for (const mode of ['fresh', 'pinned', 'pair']) {
    expect(await probe.world.heard(telling('asked', { mode }))).toMatchObject(ending)
    expect(await probe.world.heard(telling('strayed', { mode }))).toMatchObject({ what })
  }
})

test('an answer from another address names the fate, and who lied', async () => {
  const liar = createSocket('udp4').bind(0, '127.0.0.2')
  await once(liar, 'listening')
  await using server = await peers.peer((bytes, { port }) => liar.send(peers.answerTo(bytes), port, '127.0.0.1'))
  await using probe = await asking({ servers: [server.at], timeout: '300ms' })
  for (const mode of ['fresh', 'pinned', 'pair']) {
    const told = await probe.world.heard(telling('asked', { mode }))
    expect(told).toMatchObject({ fate: 'wrong-source', code: 'WRONG_SOURCE', by: '127.0.0.2' })
    expect(await probe.world.heard(telling('strayed', { mode }))).toMatchObject({ what: 'wrong-source' })
  }
  liar.close()
})

test('a cut answer without TCP behind it is refused, and says that it was cut', async () => {
  await using server = await peers.peer(peers.teasing)
  await using probe = await asking({ servers: [server.at], ports: ['fresh'] })
  expect(await probe.world.heard(telling('asked'))).toMatchObject({
    fate: 'refused',
    code: 'ECONNREFUSED connect',
    truncated: true,
  })
})

test('fresh asks from a new port each time, pinned from one, pair from a new one for two questions', async () => {
  for (const [mode, perPort, most] of [
    ['fresh', 1, 1],
    ['pinned', 3, 100],
    ['pair', 2, 2],
  ] as const) {
    await using server = await peers.peer(peers.honest)
    await using probe = await asking({ servers: [server.at], ports: [mode], every: '100ms' })
    await expect.poll(() => probe.asked().length).toBeGreaterThan(5)
    const counts = Object.values(Object.groupBy(server.ports, port => port)).map(ports => ports?.length ?? 0)
    // The last port may still be in use.
    for (const count of counts.slice(0, -1)) expect(count).toBe(most)
    expect(counts[0]).toBeGreaterThanOrEqual(perPort)
  }
})

test('a flood of garbage and of answers to nobody grows nothing, and the questions are still answered', async () => {
  await using server = await peers.peer(peers.honest)
  await using probe = await asking({ servers: [server.at], ports: ['pinned'], every: '100ms' })
  await probe.world.heard(telling('asked'))
  const [port = 0] = server.ports
  const flooder = createSocket('udp4').bind(0, '127.0.0.1')
  await once(flooder, 'listening')
  const before = process.memoryUsage().heapUsed
  for (let sent = 0; sent < 20_000; sent++) {
    const bytes = Buffer.alloc(sent % 300, sent)
    await new Promise(resolve => flooder.send(bytes, port, '127.0.0.1', resolve))
  }
  const asked = probe.asked().length
  await expect.poll(() => probe.asked().length).toBeGreaterThan(asked + 2)
  for (const { fate } of probe.asked()) expect(fate).toBe('ok')
  expect(new Set(probe.strayed().map(({ what }) => what))).toEqual(new Set(['foreign']))
  probe.world.told.length = 0
  expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(40)
  flooder.close()
})

test('names take turns, and each type is a question', async () => {
  await using server = await peers.peer(peers.honest)
  const names = ['a.example.test', 'b.example.test']
  await using probe = await asking({
    servers: [server.at],
    ports: ['pinned'],
    names,
    types: ['A', 'SRV'],
    every: '100ms',
  })
  await expect.poll(() => probe.asked().length).toBeGreaterThan(3)
  expect(server.questions.slice(0, 4)).toEqual([
    'a.example.test A',
    'a.example.test SRV',
    'b.example.test A',
    'b.example.test SRV',
  ])
})

test('stopping ends what is open as cancelled, in every mode', async () => {
  await using server = await peers.peer(peers.silent)
  await using probe = await asking({ servers: [server.at], every: '10s', resolver: {} })
  await expect.poll(() => server.ports.length, { timeout: 12_000 }).toBeGreaterThanOrEqual(6)
  const before = probe.asked().length
  await probe.stop()
  const ended = probe.asked().slice(before)
  expect(new Set(ended.map(({ fate }) => fate))).toEqual(new Set(['cancelled']))
  expect(ended.some(({ mode }) => mode === 'resolver')).toBe(true)
  await sleep(100)
  expect(probe.asked().length).toBe(before + ended.length)
})
