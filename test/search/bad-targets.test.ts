import { expect, test } from 'vitest'
import { freePort } from '../free-port.ts'

import { chance } from '../simulated/chance.ts'
import { lineService } from './line-service.ts'
import { searched } from './searched.ts'

const say = { say: 'PING' }
/** Long enough for a service that ends its own after some seconds, and no longer. */
const short = { ...say, toMs: 6000, each: 4 }

test('nobody there: which address, and the system’s own word', async () => {
  const port = await freePort()
  await expect(searched(`127.0.0.1:${port}`)).rejects.toThrow(
    `127.0.0.1:${port} cannot be talked to as longhold (ECONNREFUSED`,
  )
})

test('somebody who never answers is asked whether it is what we took it for', async () => {
  using mute = await lineService({ answer: () => undefined })
  await expect(searched(`127.0.0.1:${mute.port}`, { deadlineMs: 300 })).rejects.toThrow(
    '(DEADLINE): does it talk longhold?',
  )
})

test('somebody who talks something else is quoted', async () => {
  using other = await lineService({ answer: () => 'SSH-2.0-OpenSSH_9.2\r\n' })
  await expect(searched(`127.0.0.1:${other.port}`)).rejects.toThrow(/not longhold's protocol: SSH-2\.0-OpenSSH_9\.2/)
})

test('a service that resets whom it likes has no timeout, and it is said that no age is in common', async () => {
  const { wait } = chance(7)
  using random = await lineService({
    welcome: socket => {
      setTimeout(() => socket.resetAndDestroy(), 200 + wait(8000)).unref()
      return true
    },
  })
  const [finding] = await searched(random.target, short)
  expect(finding).toMatchObject({ state: 'none', timeout: null })
  expect(finding?.says).toContain('have no age in common')
})

test('a restart in the middle is said, its silences are repeated, and the timeout is found all the same', async () => {
  using restarting = await lineService({
    welcome: socket => {
      setTimeout(() => socket.end(), 4000).unref()
      return true
    },
  })
  setTimeout(() => {
    for (const socket of restarting.all) socket.resetAndDestroy()
  }, 2500).unref()
  const [finding] = await searched(restarting.target, { ...say, toMs: 9000, each: 4 })
  expect(finding).toMatchObject({ state: 'found', ends: 'at the moment of expiry' })
  expect(finding?.timeout?.lowSeconds).toBeCloseTo(4, 0)
  expect(finding?.disturbances.map(({ what }) => what)).toEqual([
    expect.stringContaining('at one moment, whatever their age'),
  ])
})

test('a path that loses its memory once has no timeout of that age', async () => {
  let lostAt = Infinity
  const born = new WeakMap<object, number>()
  using forgetful = await lineService({
    welcome: socket => {
      born.set(socket, performance.now())
      return true
    },
    answer: socket => {
      if ((born.get(socket) ?? 0) >= lostAt || lostAt === Infinity) return '+PONG\r\n'
      socket.resetAndDestroy()
      return undefined
    },
  })
  setTimeout(() => (lostAt = performance.now()), 2600).unref()
  const [finding] = await searched(forgetful.target, { ...short, toMs: 5000 })
  expect(finding).toMatchObject({ state: 'none', timeout: null, survivedSeconds: expect.closeTo(5, 0) })
  expect(finding?.disturbances[0]?.what).toContain('lost its memory')
})

test('a service that lets in so many a second is asked more slowly, and found', async () => {
  let [second, came] = [0, 0]
  using limiting = await lineService({
    welcome: socket => {
      const now = Math.floor(performance.now() / 200)
      if (now !== second) [second, came] = [now, 0]
      came += 1
      if (came > 12) return false
      setTimeout(() => socket.end(), 4000).unref()
      return true
    },
  })
  const [finding] = await searched(limiting.target, short)
  expect(finding).toMatchObject({ state: 'found', ends: 'at the moment of expiry' })
  expect(finding?.timeout?.lowSeconds).toBeCloseTo(4, 0)
  expect(finding?.disturbances.some(({ what }) => what.startsWith('could not be opened'))).toBe(true)
})

test('what was silent while the machine slept is silent once more', async () => {
  using steady = await lineService({})
  let slept = 0
  const begun = performance.now()
  setTimeout(() => (slept = 3_600_000), 1500).unref()
  const [finding] = await searched(steady.target, { ...short, toMs: 2500, awake: () => performance.now() + slept })
  expect(finding).toMatchObject({ state: 'none', survivedSeconds: expect.closeTo(2.5, 0) })
  expect(finding?.disturbances[0]?.what).toBe('the machine slept for 3600 s')
  expect(performance.now() - begun).toBeGreaterThan(3900) // the longest silence began anew
})

test('who is interrupted is told what is known so far', async () => {
  using steady = await lineService({})
  const stopping = new AbortController()
  setTimeout(() => stopping.abort(), 2500).unref()
  const [finding] = await searched(steady.target, { ...say, toMs: 60_000, signal: stopping.signal })
  expect(finding).toMatchObject({ state: 'interrupted', timeout: null })
  expect(finding?.says).toMatch(/^Nothing died so far: silences up to [12]\.\d\d s were survived\.$/)
})

test('what is known already is not measured again', async () => {
  using closing = await lineService({
    welcome: socket => {
      setTimeout(() => socket.end(), 3000).unref()
      return true
    },
  })
  const known = {
    client: Array.from({ length: 8 }, () => ({ silenceMs: 2500, atMs: 2500, outcome: 'survived' as const })),
  }
  const [finding] = await searched(closing.target, { ...short, known })
  expect(finding?.timeout?.lowSeconds).toBeCloseTo(3, 0)
  expect(finding?.connections).toBeLessThan(60)
})
