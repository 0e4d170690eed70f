import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { testWorld } from '../../../test/world.ts'
import type { Told } from '../../outcome/observation.ts'
import type { Wheel } from '../../schedule/wheel.ts'
import { answerEchoes } from './server.ts'
import { askLater, delayOf, flawOf, longestDelayMs, readAnswer, smallest, writeQuestion } from './datagram.ts'
import { later, mostWaiting } from './later.ts'

const running: { stop(): unknown }[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

const question = (seq: number, delayMs = 0) => {
  const bytes = writeQuestion(Buffer.alloc(smallest), seq, Buffer.alloc(8, seq))
  return delayMs > 0 ? askLater(bytes, delayMs) : bytes
}

async function echo() {
  const told: Told[] = []
  const world = testWorld('server-1')
  const half = await answerEchoes(
    { listen: { host: '127.0.0.1', port: 0 } },
    { ...world, tell: (one: Told) => told.push(one) },
  )
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const answers: Buffer[] = []
  socket.on('message', bytes => answers.push(bytes))
  running.push({ stop: () => socket.close() }, { stop: () => half.stop(0) }, { stop: () => world[Symbol.dispose]() })
  const port = Number(half.listens[0]?.split(':').at(-1))
  return { half, answers, told, ask: (bytes: Buffer) => socket.send(bytes, port, '127.0.0.1') }
}

test('who asks for an answer later gets it later, from the same server, no larger than the question', async () => {
  const { ask, answers } = await echo()
  ask(question(1, 600))
  ask(question(2))
  await expect.poll(() => answers.length).toBe(1)
  expect(readAnswer(question(2), answers[0] ?? Buffer.alloc(0))).toMatchObject({ seq: 2, pod: 'server-1' })
  await expect.poll(() => answers.length, { timeout: 5000 }).toBe(2)
  expect(readAnswer(question(1, 600), answers[1] ?? Buffer.alloc(0))).toMatchObject({ seq: 1, pod: 'server-1' })
  expect(answers[1]).toHaveLength(smallest)
})

test('an answer that is due after the end is not sent, and holds nobody up', async () => {
  const { ask, half, answers } = await echo()
  ask(question(1, 60_000))
  ask(question(2))
  await expect.poll(() => answers.length).toBe(1)
  await half.stop(0)
  expect(answers).toHaveLength(1)
})

test('more than a week is turned away, and counted', async () => {
  const { ask, told } = await echo()
  expect(delayOf(question(1, longestDelayMs))).toBe(longestDelayMs)
  expect(flawOf(question(1, longestDelayMs))).toBeUndefined()
  ask(question(1, longestDelayMs + 1))
  await expect.poll(() => told).toEqual([{ type: 'rejected', side: 'server', kind: 'udp-echo', reason: 'delay' }])
})

test('only so many wait: whoever floods us with questions for later is turned away, and forgotten when we stop', () => {
  const set = new Set<object>()
  const wheel: Wheel = {
    set: timer => void set.add(timer),
    clear: timer => void set.delete(timer),
    get size() {
      return set.size
    },
    stop() {},
  }
  const waiting = later(wheel)
  const added = Array.from({ length: mostWaiting + 10 }, () => waiting.add(1000, () => {})).filter(Boolean)
  expect([added.length, wheel.size]).toEqual([mostWaiting, mostWaiting])
  waiting.clear()
  expect([wheel.size, waiting.add(1000, () => {})]).toEqual([0, true])
})
