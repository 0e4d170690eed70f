import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { diagnostician } from '../../src/diagnosis/diagnose.ts'
import { history } from '../../src/diagnosis/history.ts'
import type { Observation } from '../../src/outcome/observation.ts'
import { asked, ended, examined, exchanged, missed, opened } from '../stories.ts'
import { timeout } from './story.ts'

/** What weeks, and very bad minutes, may cost. */

const aDay = 86_400
const names = ['a', 'b', 'c', 'd', 'e']

/** A day on which servers are replaced every half hour, and much goes wrong. Seconds. */
function* day(number: number, examinedEvery = 14_400): Generator<Observation> {
  for (let s = number * aDay; s < (number + 1) * aDay; s += 30) {
    const generation = Math.floor(s / 1800)
    const peer = {
      pod: `srv-${generation}`,
      node: 'node-b',
      ip: `10.244.2.${generation % 200}`,
      instance: `i${generation}`,
    }
    for (const cohort of names) {
      yield opened(s, { cohort, id: `${cohort}${s}`, peer })
      yield exchanged(s, { cohort, id: `${cohort}${s}` })
      if (s % 90 === 0) yield ended(s + 1, { cohort, id: `${cohort}${s}`, peer })
      if (s % 1800 === 0) yield ended(s + 2, { cohort, id: `${cohort}${s}`, peer, planned: true, fate: 'closed' })
    }
    yield asked(s)
    yield missed(s, { mode: 'pinned' })
    if (s % examinedEvery === 0) yield examined(s + 10, { own: { netstat: { at: s, value: { 'Tcp.OutRsts': s } } } })
  }
}

test('history holds as much after a week as after a day', () => {
  const past = history()
  const held = () =>
    past.evidence.length +
    past.disturbed.length +
    past.farewells.size +
    [...past.cohorts].reduce(
      (sum, { opens, ends, exchanges }) => sum + opens.length + ends.length + exchanges.length,
      0,
    ) +
    [...past.probes].reduce((sum, { asks, strays }) => sum + asks.length + strays.length, 0)
  const counts: number[] = []
  for (let number = 0; number < 14; number++) {
    for (const news of day(number, 300)) past.fold(news)
    counts.push(held())
  }
  expect(counts.at(-1)).toBe(counts[6])
})

test('a diagnostician that always has something to judge does not grow', { timeout }, async () => {
  const judge = diagnostician()
  const heaps: number[] = []
  for (let number = 0; number < 3; number++) {
    for (const news of day(number)) judge.fold(news)
    await setImmediate()
    globalThis.gc?.()
    heaps.push(process.memoryUsage().heapUsed)
  }
  const [, second = 0] = heaps
  const last = heaps.at(-1) ?? Infinity
  expect(last - second).toBeLessThan(8_000_000)
})

test('everything that is remembered went wrong at once: it is judged, and told once', { timeout }, () => {
  const judge = diagnostician()
  for (let i = 0; i < 1024; i++) {
    for (const cohort of names) {
      judge.fold(opened(i / 10, { cohort, id: `${cohort}${i}` }))
      judge.fold(ended(200 + i / 10, { cohort, id: `${cohort}${i}`, idleMs: 200_000 }))
    }
    for (const probe of names) judge.fold(missed(200 + i / 10, { probe }))
  }
  const told = judge.fold(examined(400))
  expect(told.length).toBeGreaterThan(0)
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(2 * names.length * 1024)
})
