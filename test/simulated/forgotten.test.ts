import { expect, test } from 'vitest'
import { faults, wordsOf } from './diary.ts'
import type { CohortPlan } from './held.ts'
import type { Simulation } from './simulation.ts'
import { story, timeout } from './story.ts'
import { cohortsSilentFor, hours, minutes, questionsEvery, seconds } from './usual.ts'

/** Connections that are silent for longer than something on the way remembers them. */

const words = ({ diary }: Simulation) => faults(diary).map(wordsOf)
const named = ({ diary }: Simulation, variant: string) => faults(diary).find(each => each.variant === variant)
const rarely = { asks: questionsEvery(30 * minutes), lookups: 30 * minutes }
const spread = (plans: readonly CohortPlan[]) => plans.map(plan => ({ ...plan, spread: 10 * minutes }))

test.each([true, false])(
  'conntrack forgets after a day, two backends, a day and an hour of silence (agent: %s)',
  { timeout },
  async agent => {
    const cohorts = spread(cohortsSilentFor(25 * hours, 30))
    const sim = await story({ ...rarely, cohorts, agent, servers: 2, every: 5 * minutes }, 26 * hours)
    const level = agent ? 'proven' : 'likely'
    // One in two survives, and a few in a row do: nothing is over for that.
    expect(words(sim)).toEqual([
      `conntrack-expiry/client-first ${level} open`,
      `conntrack-expiry/server-first ${level} open`,
    ])
    const found = named(sim, 'client-first')
    expect(found?.series).toEqual(expect.arrayContaining(['http-hold/http', 'tcp-hold/no-keepalive']))
    expect(found?.series).not.toContain('tcp-hold/keepalive')
    expect(found?.series).not.toContain('tcp-hold/pod-path')
    // Of 60 that are led anew one in two finds its own server again.
    expect(found?.count).toBeGreaterThan(20)
    expect(found?.missing.some(({ what }) => what.includes('agent'))).toBe(!agent)
  },
)

test.each([true, false])(
  'IPVS forgets after 15 minutes, whoever is behind it (agent: %s)',
  { timeout },
  async agent => {
    const node = { by: 'ipvs', remembersMs: 900 * seconds } as const
    const cohorts = cohortsSilentFor(20 * minutes, 16)
    const sim = await story({ ...rarely, agent, node, cohorts }, 2 * hours)
    const level = agent ? 'proven' : 'likely'
    expect(words(sim)).toEqual([`ipvs-expiry/client-first ${level} open`, `ipvs-expiry/server-first ${level} open`])
    expect(named(sim, 'client-first')?.series).toEqual(
      expect.arrayContaining(['http-hold/http', 'tcp-hold/no-keepalive']),
    )
    // 32 connections, a silence of 20 minutes, two hours.
    expect(named(sim, 'client-first')).toMatchObject({ count: expect.closeTo(160, -2), state: 'open' })
  },
)

test('a timeout that is raised closes the verdict, and it does not come back', { timeout }, async () => {
  const node = { by: 'ipvs', remembersMs: 900 * seconds } as const
  const cohorts = cohortsSilentFor(20 * minutes, 16)
  const sim = await story({ ...rarely, node, cohorts }, 3 * hours, sim =>
    sim.time.after(1.1 * hours, () => (sim.node.remembersMs = 24 * hours)),
  )
  expect(words(sim)).toEqual(['ipvs-expiry/client-first proven closed', 'ipvs-expiry/server-first proven closed'])
})

const rungs = [60, 120, 300, 345, 360, 600, 900].map(each => each * seconds)
const ladder = cohortsSilentFor(rungs, 14)

test.each([
  ['reset', 'reset', 'AWS network load balancers and NAT gateways'],
  ['silence', 'silent', 'AWS Nitro v6 instances'],
] as const)('a gateway of 350 s on a ladder of silences: %s', { timeout }, async (does, variant, whose) => {
  const sim = await story({ ...rarely, cohorts: ladder, node: { middlebox: { ms: 350 * seconds, does } } }, hours)
  expect(words(sim)).toEqual([`middlebox-idle/${variant} likely open`])
  const found = named(sim, variant)
  expect(found?.says).toContain(whose)
  expect(found?.series).not.toContain('tcp-hold/keepalive')
})

test('the same without an agent: straight to the pods it is sure, and nothing else is named', { timeout }, async () => {
  const node = { middlebox: { ms: 350 * seconds, does: 'reset' } } as const
  const sim = await story({ ...rarely, agent: false, cohorts: ladder, node }, hours)
  expect(words(sim)).toEqual(['forgotten-flow possible open', 'middlebox-idle/reset likely open'])
})

test('silences shorter than every timeout: nothing to tell', { timeout }, async () => {
  const node = { middlebox: { ms: 350 * seconds, does: 'reset' } } as const
  const sim = await story({ ...rarely, cohorts: cohortsSilentFor(345 * seconds), node }, hours)
  expect(sim.diary.verdicts).toEqual([])
})
