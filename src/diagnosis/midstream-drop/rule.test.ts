import { describe, expect, test } from 'vitest'
import { namedAgain } from '../../../test/lab/matrix/named.ts'
import { readIncident } from '../../../test/lab/seen/incident-files.ts'
import { overdue, unreachable } from '../../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, silence } from '../../../test/silences.ts'
import { midstreamDrop } from './rule.ts'

const silent = (more: Cohort = {}) => silence({ connections: 20, ends: () => 'silence', ...more })
const kept = (more: Cohort = {}) => silence({ name: 'kept', keepalive: 60, ...more })
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  midstreamDrop
    .judge(caseWith(said, ...cohorts))
    .map(({ only = 'itself', confidence, explains }) => `${only} ${confidence.level} ${explains.length}`)
const strict = (remembersS: number) => {
  const node = byRules(remembersS)
  return { ...node, sysctl: { ...node.sysctl, 'net.netfilter.nf_conntrack_tcp_loose': 0 } }
}

describe('with the node’s evidence', () => {
  test('it forgets sooner, and takes up nothing: proven', () => {
    expect(judged({ ledger: overdue, node: strict(600), rose: { invalid: 100 } }, silent())).toEqual([
      'itself proven 20',
    ])
  })

  test('names the sysctl, and how to set it', () => {
    const [found] = midstreamDrop.judge(caseWith({ ledger: overdue, node: strict(600) }, silent()))
    expect(found?.evidence.map(({ says }) => says)).toEqual(
      expect.arrayContaining([
        'net.netfilter.nf_conntrack_tcp_timeout_established = 600',
        'net.netfilter.nf_conntrack_tcp_loose = 0',
        'a rule drops INVALID packets on forward',
      ]),
    )
    expect(found?.remedy).toContain('sysctl -w net.netfilter.nf_conntrack_tcp_loose=1')
  })

  test('the control group meets it as well where INVALID packets are dropped', () => {
    const direct = silent({ name: 'direct', path: 'pod' })
    expect(judged({ ledger: overdue, node: strict(600) }, silent(), direct)).toEqual([
      'itself proven 20',
      'itself proven 20',
    ])
  })

  test('the settings alone make it likely', () => {
    expect(judged({ node: strict(600) }, silent())).toEqual(['itself likely 20'])
  })

  test('not where conntrack takes connections up again, nor where it remembers for longer', () => {
    expect(judged({ ledger: overdue, node: byRules(600) }, silent())).toEqual([])
    expect(judged({ ledger: overdue, node: strict(86_400) }, silent())).toEqual([])
  })

  test('not where IPVS carries the address', () => {
    const node = { ...byIpvs(900), sysctl: strict(600).sysctl }
    expect(judged({ ledger: overdue, node }, silent())).toEqual([])
  })
})

describe('without an agent', () => {
  test('it takes silence to meet silence, while the server is there: the family', () => {
    expect(judged({ ledger: overdue }, silent(), kept())).toEqual(['family possible 20'])
  })

  test('silence alone is no sign of it: everything may be lost on the way', () => {
    expect(judged({ ledger: overdue }, silent())).toEqual([])
    expect(judged({ ledger: overdue }, silent(), kept({ ends: () => 'silence' }))).toEqual([])
  })

  test('not without the server’s word', () => {
    expect(judged({}, silent(), kept())).toEqual([])
    expect(judged({ ledger: unreachable }, silent(), kept())).toEqual([])
  })
})

describe('the recorded strict-conntrack', () => {
  const incident = readIncident(new URL('../../../test/incidents/strict-conntrack-iptables', import.meta.url).pathname)
  test.each([
    [true, 'midstream-drop'],
    [false, 'forgotten-flow'],
  ])('is named, agent: %s', (agent, name) => {
    expect(namedAgain(incident, { agent }).map(({ name }) => name)).toEqual([name])
  })
})
