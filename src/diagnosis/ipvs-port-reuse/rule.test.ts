import { describe, expect, test } from 'vitest'
import { inOrder, type Looked, looked } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import { ended, opened, storyBegins } from '../../../test/stories.ts'
import type { Ipvs } from '../../evidence/ipvs/facts.ts'
import type { Ended, Observation } from '../../outcome/observation.ts'
import { caseOf, type Symptom } from '../case.ts'
import { newGrounds } from '../grounds.ts'
import { history } from '../history.ts'
import { ipvsPortReuse } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => ipvsPortReuse.judge(caseFrom(inOrder(...parts)))

const called = '10.96.22.22:7000'
const local = (i: number) => `10.244.1.10:${22_000 + (i % 4)}`
/** Four ports, tried again every 4 s. */
const unmet = (more: (i: number) => Partial<Ended> = () => ({})) =>
  Array.from({ length: 16 }, (_, i) => {
    const flow = { proto: 'tcp', local: local(i), remote: called } as const
    const {
      id: _id,
      peer: _peer,
      ...never
    } = ended(10 + i, { cohort: 'reused', phase: 'connect', idleMs: 0, flow }) as Ended & { at: number; steady: number }
    return {
      ...never,
      fate: 'unreachable',
      code: 'EHOSTUNREACH connect',
      tookUs: 3_080_000,
      ...more(i),
    } satisfies Observation
  })
const others = Array.from({ length: 12 }, (_, i) => opened(8 + i, { cohort: 'fresh' }))

const destination = (address: string, weight: number) => ({
  address,
  port: 7000,
  forward: 'Masq',
  weight,
  active: 0,
  inactive: 4,
})
const table = (weight: number, flows: readonly string[] = [0, 1, 2, 3].map(local)): Looked => {
  const services: Ipvs['services'] = [
    {
      proto: 'tcp',
      address: '10.96.22.22',
      port: 7000,
      scheduler: 'rr',
      flags: [],
      destinations: [destination('10.244.2.11', weight), destination('10.244.2.12', 1)],
    },
  ]
  const connections = flows.map(flow => ({
    flow: `tcp ${flow} ${called}`,
    destination: '10.244.2.11:7000',
    state: 'SYN_RECV',
    expiresS: 59,
  }))
  return {
    ipvs: { services, connections },
    sysctl: { 'net.ipv4.vs.conn_reuse_mode': 0, 'net.ipv4.vs.expire_nodest_conn': 0 },
  }
}

test('used ports whose entries lead to weight 0, while others open: proven, with the settings that make it so', () => {
  const [finding] = judge(unmet(), others, [looked(30, table(0))])
  expect(finding).toMatchObject({ confidence: { level: 'proven' }, explains: { length: 16 } })
  expect(finding?.evidence.map(({ says }) => says)).toEqual(
    expect.arrayContaining(['net.ipv4.vs.conn_reuse_mode = 0', 'net.ipv4.vs.expire_nodest_conn = 0']),
  )
  expect(finding?.remedy.filter(line => !line.startsWith('#'))).toEqual([
    'sysctl -w net.ipv4.vs.expire_nodest_conn=1', // before the deletion: an entry is looked at with its next packet
    'ipvsadm -d -t 10.96.22.22:7000 -r 10.244.2.11:7000',
    'sysctl -w net.ipv4.vs.conn_reuse_mode=1',
  ])
})

test('silence and "no route to host" are one', () => {
  const mixed = unmet(i => (i % 2 === 0 ? { fate: 'timeout', code: 'DEADLINE' } : {}))
  expect(judge(mixed, others, [looked(30, table(0))])).toMatchObject([{ explains: { length: 16 } }])
})

describe('without the node', () => {
  const own = { 'net.ipv4.vs.conntrack': 0 }
  test('where the kernel has IPVS, only the family', () => {
    expect(judge(unmet(), others, [looked(30, { own })])).toMatchObject([
      { only: 'family', confidence: { level: 'possible' } },
    ])
  })
  test('and still when they are in at last, of those that were under way then', () => {
    const inAtLast = Array.from({ length: 4 }, (_, i) => opened(22.5 + i, { cohort: 'reused' }))
    const past = history()
    for (const each of inOrder(unmet(), others.slice(-4), inAtLast, [looked(40, { own })])) past.fold(each)
    // Each port once more, asking since 19 s: the verdict on those before is closed.
    const spent = { has: ({ at }: Symptom) => at < storyBegins + 22_000 }
    expect(ipvsPortReuse.judge(caseOf(past, storyBegins + 40_000, spent))).toMatchObject([
      { only: 'family', explains: { length: 4 } },
    ])
  })
  test('where it has none, nothing', () => expect(judge(unmet(), others, [looked(30)])).toEqual([]))
  test('nor when nobody else opens', () => expect(judge(unmet(), [looked(30, { own })])).toEqual([]))
})

describe('nothing is said', () => {
  test.each<[string, readonly Observation[], Looked]>([
    ['when each port fails once', unmet().slice(0, 4), table(0)],
    ['when they are refused', unmet(() => ({ fate: 'refused', code: 'ECONNREFUSED connect' })), table(0)],
    ['when the entry leads to a server with weight', unmet(), table(1)],
    ['when IPVS has no entry of them', unmet(), table(0, [])],
  ])('%s', (_, story, said) => expect(judge(story, others, [looked(30, said)])).toEqual([]))
})

/** Whether it is over once so many of the four ports are in. */
function cured(back: number): boolean | undefined {
  const grounds = newGrounds()
  grounds.add(unmet())
  const opens = Array.from({ length: back }, (_, i) => opened(30 + i, { cohort: 'reused' }))
  return ipvsPortReuse.isCured?.(grounds, caseFrom(inOrder(unmet(), others, opens)))
}

test('it is over when as many are in as were stuck, though each of them failed many times', () => {
  expect(cured(3)).toBe(false)
  expect(cured(4)).toBe(true)
})
