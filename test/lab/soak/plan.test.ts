import { describe, expect, test } from 'vitest'
import { betweenMs, planOf, shortestMs } from './plan.ts'

const hour = { forMs: 3_600_000, rollouts: 10 }

describe('an hour with ten rolling updates', () => {
  const plan = planOf(hour)

  test('has two scales to zero and two restarts among them', () => {
    const counts = (['rollout', 'zero', 'restart'] as const).map(act => plan.filter(each => each.act === act).length)
    expect(counts).toEqual([10, 2, 2])
  })

  test('is evenly spread, with time before the first act and after the last', () => {
    const times = [0, ...plan.map(({ atMs }) => atMs), hour.forMs]
    for (const [index, at] of times.slice(1).entries())
      expect(at - (times[index] ?? 0)).toBeCloseTo(betweenMs(hour), -1)
  })

  test('begins and ends with a rolling update, and never repeats what is no rolling update', () => {
    expect([plan[0]?.act, plan.at(-1)?.act]).toEqual(['rollout', 'rollout'])
    for (const [index, { act }] of plan.slice(1).entries())
      if (act !== 'rollout') expect(plan[index]?.act).not.toBe(act)
  })
})

test('without rolling updates the rest is left', () =>
  expect(planOf({ forMs: 100_000, rollouts: 0 }).map(({ act }) => act)).toEqual(['zero', 'restart', 'zero', 'restart']))

test('the shortest time leaves room for everybody to come back', () => {
  expect(shortestMs(10)).toBe(300_000)
  expect(betweenMs({ forMs: shortestMs(2), rollouts: 2 })).toBe(20_000)
})
