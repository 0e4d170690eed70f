import { expect, test } from 'vitest'
import { frozen } from '../../test/frozen.ts'
import { forgottenAfter, rungs } from '../../test/rungs.ts'
import { storyBegins } from '../../test/stories.ts'
import type { Observation, OptionsSet } from '../outcome/observation.ts'
import { recorder } from './recorder.ts'
import { currentOf } from './snapshot.ts'

const hour = 3600
const ladder = { idleS: [60, 300, 600, 900], toS: 10 * hour }
const shortened = rungs({ ...ladder, fortune: each => forgottenAfter(each.fromS < 5 * hour ? 1000 : 350)(each) })

function after(story: readonly Observation[]) {
  const into = recorder()
  for (const each of story) into.fold(each)
  return into
}
const onlyOf = (story: readonly Observation[]) => after(story).snapshot().survival[0]

test('the snapshot tells the timeout, how it changed, and which keepalive survives it', () => {
  const only = onlyOf(shortened)
  expect(only).toMatchObject({
    of: { kind: 'tcp-hold', path: 'service', speaker: 'client' },
    timeout: { ends: 'found' },
    change: { became: 'shorter' },
    // 300 s are survived: a third of it, and two probes may be lost.
    recommended: { idleS: 100, intervalS: 20, count: 3, userTimeoutMs: 160_000 },
  })
})

test('nothing is recommended where nothing is measured', () => {
  expect(onlyOf(rungs(ladder))).not.toHaveProperty('recommended')
  expect(onlyOf(rungs(ladder))).not.toHaveProperty('timeout')
})

const probed = (idleS: number): Observation => {
  const set = { keepalive: { idleS, intervalS: 10, count: 3 }, userTimeoutMs: 0 }
  const of = { side: 'client', kind: 'tcp-hold', cohort: 'rungs', path: 'service' } as const
  const told: OptionsSet = { type: 'options-set', ...of, configured: set, effective: set }
  return { ...told, at: storyBegins, steady: 0 }
}

test('who dies in spite of a shorter keepalive is not saved by another; who dies of a longer one is', () => {
  const [off, ...rest] = rungs({ ...ladder, fortune: forgottenAfter(350) })
  expect(off?.type).toBe('options-set')
  expect(onlyOf([probed(60), ...rest])?.timeout).toBeDefined()
  expect(onlyOf([probed(60), ...rest])).not.toHaveProperty('recommended')
  const ofProbe = rungs({ ...ladder, fortune: ({ idleS }) => (idleS > 400 ? { cutS: 400 } : 'survived') })
  expect(onlyOf([probed(400), ...ofProbe.slice(1)])).toMatchObject({
    timeout: { ends: 'cut', lowMs: expect.closeTo(300_009, -1), highMs: 400_000 },
    recommended: { idleS: 100 },
  })
})

test('who goes on from a checkpoint, at any time, tells the same', () => {
  const whole = frozen(after(shortened).snapshot())
  for (const share of [0.01, 0.3, 0.5, 0.55, 0.6, 0.9]) {
    const cut = Math.floor(shortened.length * share)
    const state: unknown = JSON.parse(JSON.stringify(after(shortened.slice(0, cut)).state()))
    const into = recorder()
    into.restore(state)
    for (const each of shortened.slice(cut)) into.fold(each)
    expect(frozen(into.snapshot())).toEqual(whole)
  }
})

test('a checkpoint of it is small', () => {
  const { survival } = after(rungs({ ...ladder, toS: 14 * 24 * hour })).state()
  expect(JSON.stringify(survival).length).toBeLessThan(16_000)
})

test('what nobody measures any more is not shown, and is again where the configuration names its path', () => {
  const into = after(shortened)
  const shown = () => currentOf(into.snapshot()).survival.length
  const now = { at: storyBegins + 11 * hour * 1000, steady: 0 }
  const identity = { pod: 'p', node: 'n', ip: '10.0.0.1', instance: 'i' }
  expect(shown()).toBe(1)
  into.fold({ type: 'began', side: 'client', identity, version: '0.1.0', ...now })
  expect(shown()).toBe(0)
  const series = { side: 'client', kind: 'tcp-hold', cohort: 'other', path: 'service' } as const
  into.fold({ type: 'declared', series, ...now })
  expect(shown()).toBe(1)
})
