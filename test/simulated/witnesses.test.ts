import { describe, expect, test } from 'vitest'
import type { Evidence, Readings } from '../../src/outcome/evidence.ts'
import { alarms, faults, wordsOf } from './diary.ts'
import type { Setting, Simulation } from './simulation.ts'
import { story, timeout } from './story.ts'
import { cohortsSilentFor, hours, minutes, questionsEvery, seconds } from './usual.ts'

/** Evidence that lies, contradicts what was seen, or is not to be had any more. IPVS forgets what is silent for long. */

const words = ({ diary }: Simulation) => faults(diary).map(wordsOf)
const cohorts = cohortsSilentFor(20 * minutes, 16)
const rarely = { asks: questionsEvery(30 * minutes), lookups: 30 * minutes, cohorts }
const ipvs = { by: 'ipvs', remembersMs: 900 * seconds } as const
const tell = (evidence: Required<Setting>['evidence'], node: Setting['node'] = ipvs) =>
  story({ ...rarely, node, evidence }, 1.2 * hours)

/** The agent says something else. */
const saying =
  (name: string, change: (value: object) => unknown) =>
  (evidence: Evidence): Evidence => {
    const reading = evidence.node?.[name]
    if (!reading || !('value' in reading)) return evidence
    const said = { at: reading.at, value: change(reading.value as object) }
    return { ...evidence, node: { ...evidence.node, [name]: said } }
  }
/** All its readings, as something else. */
const all = ({ node, ...rest }: Evidence, as: (at: number) => Readings[string]): Evidence =>
  node ? { ...rest, node: Object.fromEntries(Object.entries(node).map(([name, { at }]) => [name, as(at)])) } : rest

const withoutIpvs = ({ node, ...rest }: Evidence): Evidence => {
  const { ipvs: _, ...others } = node ?? {}
  return { ...rest, ...(node && { node: others }) }
}

const aMinute = saying('sysctl', value => ({
  ...value,
  'net.netfilter.nf_conntrack_tcp_timeout_established': 60,
}))

describe('what is said is not what is seen', () => {
  test('conntrack is said to forget within a minute, and everybody survives: nothing is wrong', {
    timeout,
  }, async () => {
    const sim = await tell(aMinute, {})
    expect(alarms(sim.diary)).toEqual([])
  })

  test('the Service is said to have no backend, and everybody is answered', { timeout }, async () => {
    const services = [
      { proto: 'tcp', address: '10.96.22.22', port: 7000, backends: [], refuses: true, refusal: 'reject' },
    ]
    const sim = await tell(
      saying('nat-rules', value => ({ ...value, services })),
      {},
    )
    expect(alarms(sim.diary)).toEqual([])
  })

  test('IPVS is said to remember for a day: nothing is proven, and no gateway is accused', { timeout }, async () => {
    const sim = await tell(saying('ipvs', value => ({ ...value, timeouts: { tcp: 86_400, tcpfin: 120, udp: 300 } })))
    expect(words(sim).filter(each => each.includes('proven'))).toEqual([])
    expect(alarms(sim.diary).map(({ name }) => name)).not.toContain('middlebox-idle')
  })

  test('somebody is said to have emptied the table of conntrack, which has no part in it', { timeout }, async () => {
    const deletions = [{ at: Date.UTC(2026, 10, 21) + hours, by: 'conntrack', count: 9000 }]
    const sim = await tell(saying('conntrack-events', value => ({ ...value, deletions })))
    expect(words(sim)).toEqual(['ipvs-expiry/client-first proven open', 'ipvs-expiry/server-first proven open'])
  })

  test('nonsense is no evidence: as without an agent', { timeout }, async () => {
    const sim = await tell(evidence => all(evidence, at => ({ at, value: 'all is well' })))
    expect(words(sim)).toEqual(['ipvs-expiry/client-first likely open', 'ipvs-expiry/server-first likely open'])
  })

  // The first deaths fit three backends as well as none; what comes later does not, and the verdict is taken back.
  test('a node with IPVS is said to have rules, and a short timer: that all die contradicts it', {
    timeout,
  }, async () => {
    const ports = [7000, 7001]
    const services = ports.map(port => ({
      proto: 'tcp',
      address: '10.96.22.22',
      port,
      backends: ['10.244.2.11', '10.244.3.12', '10.244.4.13'].map(ip => `${ip}:${port}`),
      refuses: false,
    }))
    const rules = saying('nat-rules', value => ({ ...value, serviceRules: true, services }))
    const sim = await tell(evidence => withoutIpvs(rules(aMinute(evidence))))
    expect(words(sim).filter(each => each.includes('proven'))).toEqual([])
  })
})

test('the agent falls silent half-way: what it would have told is named', { timeout }, async () => {
  const absent = 'no answer within 2000 ms'
  const sim = await story(
    {
      ...rarely,
      node: ipvs,
      evidence: (evidence, { time }) => (time.now() < 12 * minutes ? evidence : all(evidence, at => ({ at, absent }))),
    },
    1.2 * hours,
  )
  expect(words(sim)).toEqual(['ipvs-expiry/client-first likely open', 'ipvs-expiry/server-first likely open'])
  for (const { missing } of faults(sim.diary)) expect(missing.map(({ what }) => what).join()).toContain(absent)
})
