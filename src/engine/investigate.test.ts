import { expect, test } from 'vitest'
import { storyClock } from '../../test/story-clock.ts'
import type { Ask } from '../evidence/source.ts'
import type { Evidence } from '../outcome/evidence.ts'
import type { Observation } from '../outcome/observation.ts'
import { investigate } from './investigate.ts'

const of = { side: 'client', kind: 'dns', probe: 'dns', server: '1', mode: 'fresh' } as const

function street({ everyMs = 15_000, evidence = {} }: { everyMs?: number; evidence?: Evidence } = {}) {
  const clock = storyClock()
  const asked: { readonly at: number; readonly thorough: boolean; readonly about: Ask }[] = []
  let open = false
  let told = 0
  const stamp = () => ({ at: clock.now(), steady: clock.steady() })
  const investigation = investigate({
    clock,
    everyMs,
    witnesses: {
      ask: async (about, thorough) => {
        asked.push({ at: clock.steady(), thorough, about })
        return evidence
      },
      close: async () => {},
    },
    tell: () => (told += 1),
    isOpen: () => open,
  })
  return {
    clock,
    asked,
    investigation,
    told: () => told,
    opens: (is: boolean) => (open = is),
    hear: (observation: Omit<Observation, 'at' | 'steady'>) =>
      investigation.hear({ ...observation, ...stamp() } as Observation),
    /** Lets time pass in small steps, so that what waits for a promise gets its turn. */
    async passes(ms: number) {
      for (let left = ms; left > 0; left -= 100) {
        clock.pass(Math.min(100, left))
        await new Promise(setImmediate)
      }
    },
  }
}

const miss = {
  type: 'asked',
  ...of,
  fate: 'timeout',
  phase: 'wait',
  code: 'DEADLINE',
  tookUs: 1e6,
  flow: { proto: 'udp', local: '10.0.0.1:4000', remote: '10.96.0.10:53' },
} as const

test('while all is well everything is read once, and then what is cheap, every so often', async () => {
  const { asked, passes, told } = street()
  await passes(61_000)
  expect(asked.map(({ thorough }) => thorough)).toEqual([true, false, false, false, false])
  expect(told()).toBe(5)
})

test('a fault is examined within a second, with all there is, about the flow that met it', async () => {
  const { asked, hear, passes } = street()
  await passes(5000)
  const before = asked.length
  hear(miss)
  await passes(1000)
  expect(asked.length).toBe(before + 1)
  expect(asked.at(-1)).toMatchObject({ thorough: true, about: { flows: [miss.flow] } })
})

test('whoever did not answer in time is asked again, a few times, and not for ever', async () => {
  const evidence = { node: { ipvs: { at: 0, absent: 'agent at 10.0.0.1:7002: no answer within 5000 ms' } } }
  const { asked, hear, passes } = street({ evidence })
  await passes(120_000)
  const before = asked.filter(({ thorough }) => thorough).length
  hear(miss)
  await passes(600_000)
  expect(asked.filter(({ thorough }) => thorough).length - before).toBe(4)
})

test('a flood of faults is examined at growing distances, and not for each of them', async () => {
  const { asked, hear, passes } = street()
  for (let i = 0; i < 1200; i++) {
    hear(miss)
    await passes(100)
  }
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.length).toBeLessThan(20)
  expect(Math.max(...asked.map(({ about }) => about.flows.length))).toBe(1)
})

test('while a verdict is open it is looked at every few seconds, without the costly sources', async () => {
  const { asked, hear, passes, opens } = street({ everyMs: 60_000 })
  hear(miss)
  await passes(3000)
  opens(true)
  const before = asked.length
  await passes(30_000)
  expect(asked.length - before).toBeGreaterThanOrEqual(5)
  expect(asked.slice(before + 1).every(({ thorough }) => !thorough)).toBe(true)
})

test('concluding examines at once, whatever the hour', async () => {
  const { asked, investigation, passes } = street()
  await passes(1000)
  await investigation.conclude()
  expect(asked.at(-1)?.thorough).toBe(true)
})

test('nothing is asked and nothing told once it is stopped', async () => {
  const { asked, investigation, hear, passes } = street()
  await passes(1000)
  await investigation.stop()
  const before = asked.length
  hear(miss)
  await passes(60_000)
  expect(asked.length).toBe(before)
})
