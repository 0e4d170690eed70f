import { expect, test } from 'vitest'
import { drains, rollsOut, scalesToZero } from './changes.ts'
import { alarms, wordsOf } from './diary.ts'
import { everyday, nobodysName } from './everyday.ts'
import type { Simulation } from './simulation.ts'
import { story, timeout } from './story.ts'
import { cohortsSilentFor, hours, minutes, questionsEvery, seconds } from './usual.ts'

/** Days on which nothing is wrong: whatever is told of them as a fault is a fault of ours. */

const names = ['kubernetes.default.svc.cluster.local', nobodysName]
const calm = {
  cohorts: cohortsSilentFor(15 * minutes, 6),
  asks: questionsEvery(5 * minutes).map(plan => (plan.kind === 'dns' ? { ...plan, names } : plan)),
  lookups: 5 * minutes,
}
/** One datagram in so many: with these questions about one a day. */
const lossShare = 1 / 2500

function changes(sim: Simulation): void {
  everyday(sim)
  const { chance } = sim.stage
  const at = (hour: number, happens: () => void) => sim.time.after(chance.between(hour, hour + 1) * hours, happens)
  for (const hour of [2, 8, 14, 20]) at(hour, () => rollsOut(sim))
  at(5, () => scalesToZero(sim, chance.between(20 * seconds, 3 * minutes)))
  at(17, () => scalesToZero(sim, 90 * seconds))
  at(11, () => sim.restart())
  at(18, () => sim.restart())
  at(12, () => drains(sim, 'node-3', 'node-7'))
  at(22, () => drains(sim, 'node-2', 'node-8'))
}

const seeds = Array.from({ length: 4 }, (_, i) => i + 1)

test.each(seeds)('a day of changes is told as planned, and as nothing else (seed %i)', { timeout }, async seed => {
  const by = seed % 2 === 0 ? 'ipvs' : 'rules'
  const sim = await story({ ...calm, seed, agent: seed % 3 > 0, node: { by, lossShare } }, 24 * hours, changes)
  expect(alarms(sim.diary).map(each => `${wordsOf(each)}: ${each.says}`)).toEqual([])
  expect(sim.diary.verdicts.filter(({ state }) => state === 'open')).toEqual([])
  expect(sim.diary.verdicts.length).toBeGreaterThanOrEqual(6)
})

test('nobody is there for half an hour, as was said', { timeout }, async () => {
  const few = { ...calm, cohorts: cohortsSilentFor(15 * minutes, 3) }
  const sim = await story(few, 2 * hours, sim => sim.time.after(hours, () => scalesToZero(sim, 30 * minutes)))
  expect(alarms(sim.diary).map(each => `${wordsOf(each)}: ${each.says}`)).toEqual([])
  expect(sim.diary.verdicts.map(({ name }) => name)).toEqual(expect.arrayContaining(['planned-end', 'no-endpoints']))
})

test('questions each second, and all that a default configuration asks: half an hour', { timeout }, async () => {
  const asks = questionsEvery(1000).map(plan => (plan.kind === 'dns' ? { ...plan, names } : plan))
  const usual = { cohorts: cohortsSilentFor(15 * minutes), asks, lookups: 1000, every: 15 * seconds }
  const sim = await story({ ...usual, node: { lossShare: 1 / 10_000 } }, 30 * minutes, sim => {
    everyday(sim)
    sim.time.after(10 * minutes, () => rollsOut(sim))
    sim.time.after(20 * minutes, () => sim.restart())
  })
  expect(alarms(sim.diary).map(each => `${wordsOf(each)}: ${each.says}`)).toEqual([])
  expect(sim.diary.verdicts.map(wordsOf)).toEqual(['planned-end/rollout planned closed'])
})
