import { describe, expect, test } from 'vitest'
import { caseFrom } from '../../test/cases.ts'
import { examined, storyBegins } from '../../test/stories.ts'
import type { Reading } from '../outcome/evidence.ts'
import { lackingCluster, lackingNode } from './lacking.ts'

const absent = (why: string): Reading => ({ at: 1, absent: why })
const told: Reading = { at: 1, value: {} }
/** What is missing after these examinations of the node. */
const lacking = (...looks: readonly Readonly<Record<string, Reading>>[]) =>
  lackingNode(caseFrom(looks.map((node, at) => examined(at, { node }))), 'who forgot').map(
    ({ what, wouldTell }) => `${what} would tell ${wouldTell}`,
  )
const agent = 'the agent of this node (longhold agent)'

test('there is no agent', () => {
  expect(lacking()).toEqual([`${agent} would tell who forgot`])
})

test.each([
  ['is not there', 'agent at 10.0.0.1:7002: ECONNREFUSED connect'],
  ['hangs', 'agent at 10.0.0.1:7002: no answer within 5000 ms'],
  ['lies', 'agent at 10.0.0.1:7002: what it answers is no evidence'],
])('an agent that %s is missing, with the reason, also where it once was there', (_, why) => {
  const gone = { sysctl: absent(why), 'nat-rules': absent(why) }
  expect(lacking(gone)).toEqual([`${agent}: ${why} would tell who forgot`])
  expect(lacking({ sysctl: told, 'nat-rules': told }, gone)).toEqual([`${agent}: ${why} would tell who forgot`])
})

test('of an agent that may not read everything each source is named that would have told something', () => {
  const node = {
    sysctl: told,
    ipvs: absent('no IPVS in this kernel or namespace'),
    'nat-rules': absent('iptables-save: not permitted'),
    cpu: absent('no cgroups'),
  }
  expect(lacking(node)).toEqual([
    'node nat-rules (iptables-save: not permitted) would tell where the rules of the node lead the address',
  ])
})

describe('the Kubernetes API', () => {
  const knows = { services: [], pods: [], nodes: [], changes: [], missing: [] }
  const value = (given: object): Reading => ({ at: 1, value: { ...knows, ...given } })
  const minuteAgo = storyBegins + 90_000 - 60_000
  test.each<[string, Reading | undefined, readonly string[]]>([
    ['nobody asks it', undefined, ['the Kubernetes API']],
    ['it hangs', absent('no answer in time'), ['the Kubernetes API (no answer in time)']],
    ['its form is another', value({ services: 'many' }), ['the Kubernetes API (what it said could not be understood)']],
    [
      'its watch stands still',
      value({ staleSince: minuteAgo }),
      ['the Kubernetes API (it has told nothing new for 1m)'],
    ],
    [
      'it may not be read whole',
      value({ missing: [{ what: 'pods', why: 'forbidden' }] }),
      ['the Kubernetes API: pods (forbidden)'],
    ],
    ['it tells all', value({}), []],
  ])('%s', (_, reading, what) => {
    const of = caseFrom([examined(90, reading ? { cluster: { kubernetes: reading } } : {})])
    expect(lackingCluster(of, 'who is ready').map(each => each.what)).toEqual(what)
  })
})
