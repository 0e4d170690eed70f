import { expect, test } from 'vitest'
import { chance } from '../../test/simulated/chance.ts'
import { testWorld } from '../../test/world.ts'
import { httpHold } from './http-hold/kind.ts'
import { reconnectIn, rolloutMs } from './reconnecting.ts'
import { tcpHold } from './tcp-hold/kind.ts'

const reconnect = { base: 1000, cap: 30_000 }
const draws = (spread: number, gone: { failures: number; left: boolean }) => {
  const { unit } = chance(1)
  return Array.from({ length: 10_000 }, () => reconnectIn({ reconnect, spread }, gone, unit))
}

test('what a goodbye ended is opened anywhere in the spread, and no second of it has much more than another', () => {
  const seconds = new Uint32Array(30)
  for (const ms of draws(30_000, { failures: 0, left: true })) seconds[Math.floor(ms / 1000)]! += 1
  expect(Math.min(...seconds)).toBeGreaterThan(0.7 * (10_000 / 30))
  expect(Math.max(...seconds)).toBeLessThan(1.4 * (10_000 / 30))
})

test('a spread of an hour leaves half of the rollout to the connects that fail', () => {
  expect(Math.max(...draws(3_600_000, { failures: 0, left: true }))).toBeLessThanOrEqual(rolloutMs / 2)
})

test.each([
  ['without a spread', 0, { failures: 0, left: true }],
  ['with a spread shorter than the backoff', 400, { failures: 0, left: true }],
  ['after a fault', 60_000, { failures: 0, left: false }],
])('%s it is the backoff', (_, spread, gone) => {
  const waits = draws(spread, gone)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(500)
  expect(Math.max(...waits)).toBeLessThanOrEqual(1000)
})

test('a goodbye to one that failed before is no reason to come back sooner', () => {
  expect(Math.min(...draws(0, { failures: 3, left: true }))).toBeGreaterThanOrEqual(4000)
})

test.each([tcpHold, httpHold])('$name: who heard a goodbye is back within the spread', async kind => {
  using near = testWorld('client-0')
  using far = testWorld('server-0')
  const listening = kind.server?.settings.parse({ listen: '127.0.0.1:0' })
  const server = await kind.server?.start(listening, far)
  const settings = { name: 'quiet', to: server?.listens[0], connections: 1, idle: '10m', spread: '1h' }
  const client = await kind.client(kind.settings.parse(settings), { ...near, random: () => 0.9 })
  try {
    await expect.poll(() => [...client.connections()].map(({ state }) => state)).toEqual(['idle'])
    await server?.stop(1000)
    await expect.poll(() => [...client.connections()].map(({ state }) => state)).toEqual(['waiting'])
    const [row] = client.connections()
    expect(row?.lastEnd?.planned).toBe(true)
    expect(row?.nextMs).toBeGreaterThan(10_000) // of 27 s; the backoff is one
  } finally {
    await client.stop(0)
  }
})
