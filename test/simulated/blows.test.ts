import { describe, expect, test } from 'vitest'
import { killed, nodeDies, vanishes } from './blows.ts'
import { alarms, faults, wordsOf } from './diary.ts'
import type { Setting, Simulation } from './simulation.ts'
import { story, timeout } from './story.ts'
import { cohortsSilentFor, hours, minutes, questionsEvery, seconds } from './usual.ts'

/** What breaks in the middle of a day, and what it is called. */

const words = ({ diary }: Simulation) => faults(diary).map(wordsOf)
const often = { asks: questionsEvery(10 * seconds), lookups: 10 * seconds, every: 15 * seconds }

/** It happens after an hour. */
const blow = (setting: Partial<Setting>, happens: (sim: Simulation) => void, lasts = 2 * hours) =>
  story(setting, lasts, sim => void sim.time.after(hours, () => happens(sim)))
const first = ({ cluster }: Simulation) => cluster.hold.backends[0] ?? expect.fail('there is no server')

const flush = ({ time, node }: Simulation) => void node.flushes.push({ at: time.now(), by: 'conntrack', count: 9000 })

describe('somebody empties the conntrack table', () => {
  const cohorts = cohortsSilentFor(15 * minutes, 24)

  test('who did is known where the agent saw it', { timeout }, async () => {
    const sim = await blow({ cohorts }, flush)
    expect(words(sim)).toEqual(['conntrack-flush proven closed'])
    // Two of three are led to another server.
    expect(faults(sim.diary)[0]?.count).toBeGreaterThan(50)
    expect(faults(sim.diary)[0]?.series).not.toContain('tcp-hold/pod-path')
  })

  test('without an agent the family at least, and no other mechanism', { timeout }, async () => {
    const sim = await blow({ cohorts, agent: false }, flush)
    expect(words(sim).length).toBeGreaterThan(0)
    expect(
      words(sim).filter(each => !/^(conntrack-flush\/?.* likely|forgotten-flow.* possible) closed$/.test(each)),
    ).toEqual([])
  })
})

/** Nothing starts it again, and nobody takes it out of the Service. */
function staysDead(sim: Simulation): void {
  const pod = first(sim)
  pod.state = 'refusing'
  pod.lastEnd = { at: Math.round(sim.time.wall()), reason: 'OOMKilled', exitCode: 137 }
  for (const cohort of sim.cohorts.values()) cohort.dies(pod, 'fin')
}

describe('a server is killed for its memory', () => {
  test.each(['fin', 'rst'] as const)('it is told once, and is over soon (%s)', { timeout }, async how => {
    const sim = await blow({}, sim => killed(sim, first(sim), how))
    expect(words(sim).length).toBeGreaterThan(0)
    expect(words(sim).filter(each => !each.endsWith(' closed'))).toEqual([])
    expect(faults(sim.diary).filter(({ family }) => family === 'forgotten-flow')).toEqual([])
  })

  // For as long as the node has not heard of it the Service leads to a server that refuses.
  test.each([true, false])('it died, and nothing else is wrong (agent: %s)', { timeout }, async agent => {
    const sim = await blow({ agent }, sim => killed(sim, first(sim), 'fin'))
    expect(words(sim)).toEqual(['peer-died/killed proven closed'])
  })

  test('neither agent nor cluster tell: its successor does, once it is asked', { timeout }, async () => {
    const sim = await blow({ agent: false, kubernetes: false }, sim => killed(sim, first(sim), 'fin'))
    expect(words(sim)).toEqual(['peer-died/killed proven closed'])
  })
})

test('it is killed, and does not come back, and nobody takes it out: after a minute it is a dead endpoint', {
  timeout,
}, async () => {
  const sim = await blow(often, staysDead, 1.2 * hours)
  expect(words(sim)).toEqual(expect.arrayContaining(['peer-died/killed proven closed', 'dead-endpoint proven open']))
  for (const { name } of faults(sim.diary)) expect(['peer-died', 'dead-endpoint']).toContain(name)
})

test('a backend stays in the Service though nobody is there: one of three is dead', { timeout }, async () => {
  const sim = await blow(often, sim => (first(sim).state = 'silent'), 1.2 * hours)
  expect(words(sim)).toContain('dead-endpoint proven open')
})

// Its pinned ports lose a share of their questions, in stretches.
test('an endpoint comes and goes: it is told of that server, and of no network', { timeout }, async () => {
  const flaps = (sim: Simulation, times: number): void => {
    const pod = first(sim)
    pod.state = 'silent'
    sim.time.after(2 * minutes, () => (pod.state = 'up'))
    if (times > 1) sim.time.after(6 * minutes, () => flaps(sim, times - 1))
  }
  const sim = await blow({ every: 15 * seconds }, sim => flaps(sim, 4))
  expect(words(sim).length).toBeGreaterThan(0)
  for (const { name } of faults(sim.diary).filter(({ confidence }) => confidence.level !== 'possible'))
    expect(['dead-endpoint', 'peer-died']).toContain(name)
  expect(words(sim).filter(each => !each.endsWith(' closed'))).toEqual([])
})

describe('a pod vanishes with its network', () => {
  test('it died', { timeout }, async () => {
    const sim = await blow(often, sim => vanishes(sim, first(sim)))
    expect(words(sim)).toContain('peer-died/vanished proven closed')
    const others = faults(sim.diary).filter(({ name }) => name !== 'peer-died')
    expect(others.filter(({ confidence, state }) => confidence.level !== 'possible' || state === 'open')).toEqual([])
  })

  // A connect or two straight to the pod, for as long as the name has its address.
  test('and nothing is left unexplained', { timeout }, async () => {
    const sim = await blow(often, sim => vanishes(sim, first(sim)))
    expect(alarms(sim.diary).map(({ name }) => name)).toEqual(['peer-died'])
  })
})

test('a node dies with all that is on it, until the cluster notices', { timeout }, async () => {
  const sim = await blow(often, sim => nodeDies(sim, 'node-3'))
  const names = faults(sim.diary).filter(({ confidence }) => confidence.level !== 'possible')
  expect(names.length).toBeGreaterThan(0)
  for (const { name } of names) expect(['peer-died', 'dead-endpoint', 'black-hole']).toContain(name)
  expect(words(sim).filter(each => !each.endsWith(' closed'))).toEqual([])
})

test('two at once: IPVS forgets, and a server is killed', { timeout }, async () => {
  const node = { by: 'ipvs', remembersMs: 900 * seconds } as const
  const cohorts = cohortsSilentFor(20 * minutes, 16)
  const sim = await blow({ node, cohorts, asks: [] }, sim => killed(sim, first(sim), 'fin'))
  expect(words(sim)).toEqual(
    expect.arrayContaining(['ipvs-expiry/client-first proven open', 'ipvs-expiry/server-first proven open']),
  )
  const others = faults(sim.diary).filter(({ name }) => name !== 'ipvs-expiry')
  for (const { name } of others) expect(['peer-died', 'dead-endpoint', 'unexplained']).toContain(name)
  expect(others.length).toBeGreaterThan(0)
  expect(others.filter(({ state }) => state === 'open')).toEqual([])
})

test('a policy drops all TCP to the servers without a word: told, with no name for it, and over when it is', {
  timeout,
}, async () => {
  const few = { ...often, asks: questionsEvery(minutes), cohorts: cohortsSilentFor(15 * minutes, 4) }
  const sim = await blow(few, ({ time, node, cluster }) => {
    node.blocks = ({ proto, to }) => proto === 'tcp' && !to.startsWith(cluster.dns.address)
    time.after(20 * minutes, () => (node.blocks = undefined))
  })
  expect(words(sim)).toContain('unexplained possible closed')
  expect(words(sim).filter(each => !each.endsWith(' possible closed'))).toEqual([])
})
