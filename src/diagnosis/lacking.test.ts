import { expect, test } from 'vitest'
import { caseFrom } from '../../test/cases.ts'
import { examined } from '../../test/stories.ts'
import type { Reading } from '../outcome/evidence.ts'
import { lackingNode } from './lacking.ts'

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
