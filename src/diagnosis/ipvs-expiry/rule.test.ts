import { describe, expect, test } from 'vitest'
import { lostSpeaking, lostWhereItSpoke, open } from '../../../test/silence-accounts.ts'
import { absent, byIpvs, byRules, caseWith, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, service, silence } from '../../../test/silences.ts'
import { ipvsExpiry } from './rule.ts'

const silent = (more: Cohort = {}) => silence({ connections: 12, ends: () => 'word', ...more })
const kept = (more: Cohort = {}) => silence({ name: 'kept', keepalive: 60, ...more })
const direct = (more: Cohort = {}) => silence({ name: 'direct', path: 'pod', ...more })
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  ipvsExpiry
    .judge(caseWith(said, ...cohorts))
    .map(({ variant, confidence, explains }) => `${variant} ${confidence.level} ${explains.length}`)

describe('with the node’s evidence', () => {
  test('the timeout of IPVS is shorter than the silence: proven', () => {
    expect(judged({ ledger: open, node: byIpvs(600) }, silent())).toEqual(['client-first proven 12'])
  })

  test('says what to set, with this case’s numbers', () => {
    const [found] = ipvsExpiry.judge(caseWith({ ledger: open, node: byIpvs(900) }, silent()))
    expect(found?.says).toBe(
      '12 of 12 silent connections were reset by their first word after 15m: IPVS on the node forgets a connection after 15m, and the node itself answers RST.',
    )
    expect(found?.remedy).toEqual(
      expect.arrayContaining(['sysctl -w net.ipv4.tcp_keepalive_time=300', 'ipvsadm --set 86400 0 0']),
    )
  })

  test('where nobody knows the timeout, an entry that is gone tells it', () => {
    const connections = Array.from({ length: 12 }, (_, i) => ({ flow: `tcp 10.244.1.10:${40_000 + i} ${service}` }))
    const node = { ...byIpvs(undefined), ipvs: { ...byIpvs(undefined).ipvs, connections } }
    expect(judged({ ledger: open, node }, silent())).toEqual(['client-first proven 12'])
    expect(judged({ ledger: open, node: byIpvs(undefined) }, silent())).toEqual([])
  })

  test('not where the timeout is longer than the silence', () => {
    expect(judged({ ledger: open, node: byIpvs(3600) }, silent(), kept(), direct())).toEqual([])
  })

  test('not where silences as long were survived: IPVS spares nobody', () => {
    const some = silence({ ends: i => (i % 4 < 2 ? 'word' : 'answered') })
    expect(judged({ ledger: open, node: byIpvs(600) }, some)).toEqual([])
    // Just as long as the timeout, it may be met or not.
    expect(judged({ ledger: open, node: byIpvs(900) }, some)).toEqual(['client-first proven 20'])
  })

  test('not where the node does Services by rules', () => {
    expect(judged({ ledger: open, node: byRules(86_400) }, silent(), kept(), direct())).toEqual([])
  })

  test('a node without IPVS has not done it, whatever else it cannot say', () => {
    const node = { ipvs: absent('no IPVS in this kernel or namespace') }
    expect(judged({ ledger: open, node }, silent(), kept(), direct())).toEqual([])
  })
})

describe('without an agent', () => {
  test('it takes silence, spares nobody, and not the same servers: likely', () => {
    expect(judged({ ledger: open }, silent(), kept(), direct())).toEqual(['client-first likely 12'])
  })

  test('too few to rule out that each picked a server anew', () => {
    expect(judged({ ledger: open }, silent({ connections: 5 }), kept(), direct())).toEqual([])
  })

  test('without a control group it may be a load balancer', () => {
    expect(judged({ ledger: open }, silent(), kept())).toEqual([])
  })

  test('a control group that met the same says it is not the Service', () => {
    expect(judged({ ledger: open }, silent(), kept(), direct({ connections: 12, ends: () => 'word' }))).toEqual([])
  })

  test('a control group that is clearly shorter silent is none: the next rung of a ladder', () => {
    const rungs = [direct({ idle: 885 }), direct({ name: 'direct-900', connections: 12, ends: () => 'word' })]
    expect(judged({ ledger: open }, silent(), kept(), ...rungs)).toEqual([])
  })

  test('not where the servers may have been restarted: nobody met them since', () => {
    expect(judged({}, silent(), kept({ idle: 890 }), direct({ idle: 890 }))).toEqual([])
    expect(judged({}, silent(), kept(), direct())).toEqual(['client-first likely 12'])
  })

  test('an address that is the server’s own is no Service', () => {
    const called = '203.0.113.9:7000'
    const cohorts = [silent({ called, path: 'pod', name: 'far' }), kept(), direct()]
    expect(judged({ ledger: open }, ...cohorts)).toEqual([])
  })
})

describe('the server speaks first', () => {
  const zombies = silence({ name: 'server-speaks', connections: 12, ends: () => 'zombie' })

  test('its silence is longer than the timeout: proven', () => {
    expect(judged({ ledger: lostSpeaking, node: byIpvs(600) }, zombies)).toEqual(['server-first proven 12'])
    expect(judged({ ledger: lostSpeaking, node: byIpvs(3600) }, zombies)).toEqual([])
  })

  test('without an agent, those whose client speaks first tell who it was', () => {
    expect(judged({ ledger: lostWhereItSpoke }, zombies, silent(), kept(), direct())).toEqual([
      'client-first likely 12',
      'server-first likely 12',
    ])
  })
})
