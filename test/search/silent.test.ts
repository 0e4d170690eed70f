import { expect, test, vi } from 'vitest'
import { realClock } from '../../src/clock.ts'
import { systemResolve } from '../../src/resolve.ts'
import { connections } from '../../src/search/connections.ts'
import { limiter } from '../../src/search/limiter.ts'
import { protocolOf } from '../../src/search/target.ts'
import { sentinel, wantsOf } from '../../src/search/wants.ts'
import { lineService } from './line-service.ts'

const identity = { pod: 'searcher', node: 'here', ip: '127.0.0.1', instance: 'searcher' }

test('who sends keepalive probes outlives a timeout, and is no witness that there is none', async () => {
  using service = await lineService({})
  const clock = realClock
  const all = connections({
    protocol: protocolOf(service.target, {
      clock,
      resolve: systemResolve(clock),
      identity,
      say: 'PING',
      udpStream: false,
    }),
    clock,
    limiter: limiter(clock, { perSecond: 2000 }),
    speaker: 'client',
    deadlineMs: 2000,
    onOutcome() {},
    onSpoiled() {},
    onUnreachable(problem) {
      throw problem
    },
  })
  const [probing] = wantsOf({ silencesMs: [60_000], each: 0, ratio: 2 }, 0, true, 0)
  all.send(sentinel())
  all.send(probing ?? sentinel())
  await vi.waitFor(() => expect(all.open()).toBe(2))
  expect(all.held('keepalive')).toHaveLength(1)
  expect(all.silent()).toHaveLength(1)
  all.dismiss()
})
