import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.ts'
import { lineService } from './line-service.ts'
import { searched } from './searched.ts'

test('where many that were forgotten live by luck, those of longer silences are asked at once, and the bounds stay sharp', async () => {
  const heardAt = new WeakMap<Socket, number>()
  const timeoutMs = 2500
  let forgotten = 0
  using service = await lineService({
    welcome(socket) {
      heardAt.set(socket, realClock.steady())
      return true
    },
    answer(socket) {
      const now = realClock.steady()
      const since = now - (heardAt.get(socket) ?? now)
      heardAt.set(socket, now)
      if (since < timeoutMs) return '+PONG\r\n'
      forgotten += 1
      // One in two finds its own server again, and the first two as well.
      if (forgotten <= 2 || forgotten % 2 > 0) return '+PONG\r\n'
      socket.resetAndDestroy()
      return undefined
    },
  })
  const [finding] = await searched(service.target, { say: 'PING', keepalive: false })
  expect(finding).toMatchObject({ state: 'found', ends: 'at the first word', how: { reset: expect.any(Number) } })
  const { lowSeconds = 0, highSeconds = 0 } = finding?.timeout ?? {}
  expect(lowSeconds).toBeLessThan(timeoutMs / 1000)
  expect(highSeconds).toBeGreaterThanOrEqual(timeoutMs / 1000)
  expect(highSeconds / lowSeconds).toBeLessThan(1.2)
  // Three rungs of eight would be 24.
  expect(finding?.beyond).toBeGreaterThan(24)
})
