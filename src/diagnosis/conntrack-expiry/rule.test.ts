import { describe, expect, test } from 'vitest'
import { readIncident } from '../../../test/lab/seen/incident-files.ts'
import { namedAgain } from '../../../test/lab/matrix/named.ts'
import { lostSpeaking, lostWhereItSpoke, open, restarted } from '../../../test/silence-accounts.ts'
import { absent, byIpvs, byRules, caseWith, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, type End, service, silence } from '../../../test/silences.ts'
import { conntrackExpiry } from './rule.ts'

const half = (i: number): End => (i % 4 < 2 ? 'word' : 'answered')
const silent = (more: Cohort = {}) => silence({ ends: half, ...more })
const allLost = (connections: number) => silence({ connections, ends: () => 'word' })
const kept = (more: Cohort = {}) => silence({ name: 'kept', keepalive: 60, ...more })
const direct = (more: Cohort = {}) => silence({ name: 'direct', path: 'pod', ...more })
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  conntrackExpiry
    .judge(caseWith(said, ...cohorts))
    .filter(({ only }) => only === undefined)
    .map(({ variant, confidence, explains }) => `${variant} ${confidence.level} ${explains.length}`)
const family = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  conntrackExpiry.judge(caseWith(said, ...cohorts)).flatMap(each => (each.only ? [each.explains.length] : []))

describe('with the node’s evidence', () => {
  test('the timer is shorter than the silence: proven', () => {
    expect(judged({ ledger: open, node: byRules(600) }, silent(), direct())).toEqual(['client-first proven 20'])
  })

  test('says who, when, why, and what to do, with this case’s numbers', () => {
    const [found] = conntrackExpiry.judge(caseWith({ ledger: open, node: byRules(600) }, silent(), direct()))
    expect(found).toMatchObject({
      says: expect.stringContaining('20 of 40 silent connections were reset by their first word after 15m'),
      of: 40,
      exposureMs: 40 * 900_000,
    })
    expect(found?.evidence.map(({ source, says }) => `${source}: ${says}`)).toEqual([
      'client: 20 × reset (exchange, ECONNRESET read) after 15m of silence',
      'client: 20 silences as long were survived',
      'ledger: open as far as the server knew: 16 of 16 that servers were asked about',
      'client: straight to pods 40 silences as long were survived, 0 were not',
      'node sysctl: net.netfilter.nf_conntrack_tcp_timeout_established = 600',
      `node nat-rules: ${service} leads to 2 backends`,
    ])
    expect(found?.remedy).toContain('sysctl -w net.ipv4.tcp_keepalive_time=200')
    expect(found?.missing).toEqual([])
  })

  test('one reset is enough where the node and the server say the same', () => {
    const one = silence({ connections: 1, ends: () => 'word' })
    expect(judged({ ledger: open, node: byRules(600) }, one)).toEqual(['client-first proven 1'])
  })

  test('without the server’s word it is likely', () => {
    expect(judged({ node: byRules(600) }, silent(), direct())).toEqual(['client-first likely 20'])
  })

  test('not where the timer is longer than the silence', () => {
    expect(judged({ ledger: open, node: byRules(86_400) }, silent(), kept(), direct())).toEqual([])
  })

  test('not where IPVS carries the address, whatever conntrack’s timer', () => {
    const node = { ...byIpvs(900), sysctl: byRules(600).sysctl }
    expect(judged({ ledger: open, node }, silent(), kept(), direct())).toEqual([])
  })

  test('not where no other server can be picked: the node’s words contradict what was seen', () => {
    const node = byRules(600, {}, ['10.244.2.11:7000'])
    expect(judged({ ledger: open, node }, silent(), direct())).toEqual([])
    expect(family({ ledger: open, node }, silent(), direct())).toEqual([20])
  })

  test('nor where too many died for a choice among several, whoever broke the silence: all of it is taken back', () => {
    const said = { ledger: lostWhereItSpoke, node: byRules(600) }
    const zombies = silence({ name: 'server-speaks', ends: () => 'zombie' })
    const isRefuted = (connections: number) =>
      conntrackExpiry.isRefuted?.(caseWith(said, allLost(connections), zombies))
    expect(isRefuted(16)).toBe(false)
    expect(isRefuted(20)).toBe(true) // one in two, twenty times
    expect(judged(said, allLost(20), zombies)).toEqual([])
    expect(judged(said, silent(), zombies)).toEqual(['client-first likely 20', 'server-first proven 40'])
  })

  test('not where far fewer died than pick another server', () => {
    const few = silence({ connections: 400, ends: i => (i % 40 === 0 ? 'word' : 'answered') })
    expect(judged({ ledger: open, node: byRules(600) }, few)).toEqual([])
  })

  test('a silence just as long as the timer is met or not: that is no contradiction', () => {
    const few = silence({ connections: 400, ends: i => (i % 40 === 0 ? 'word' : 'answered') })
    expect(judged({ ledger: open, node: byRules(900) }, few)).toEqual(['client-first proven 10'])
  })

  test('an agent that cannot read leaves it to what was seen', () => {
    const node = { sysctl: absent('no answer'), 'nat-rules': absent('no answer') }
    expect(judged({ ledger: open, node }, silent(), kept(), direct())).toEqual(['client-first likely 20'])
  })
})

describe('without an agent', () => {
  test('it takes silence, and spares some of each server: likely', () => {
    expect(judged({ ledger: open }, silent(), kept(), direct())).toEqual(['client-first likely 20'])
  })

  test('without a group that is silent for less it may have been one event: only the family', () => {
    expect(judged({ ledger: open }, silent(), direct())).toEqual([])
    expect(family({ ledger: open }, silent(), direct())).toEqual([20])
  })

  test('round after round is no single event', () => {
    const rounds = [0, 1000, 2000].map(from => silent({ from }))
    // The first round is too long ago to be judged again.
    expect(judged({ ledger: open }, ...rounds, direct())).toEqual(['client-first likely 40'])
  })

  test('deaths that come one by one, over hours, are as clear', () => {
    const many = silent({ connections: 300, apart: 9 })
    const others = [kept({ connections: 300, apart: 9 }), direct({ connections: 300, apart: 9 })]
    expect(judged({ ledger: open }, many, ...others)).toEqual([expect.stringMatching(/^client-first likely \d+$/)])
  })

  test('where everybody dies nobody picks a server', () => {
    expect(judged({ ledger: open }, silence({ ends: () => 'word' }), kept(), direct())).toEqual([])
  })

  test('where all of one server die, and none of the other, nobody picks one either', () => {
    const one = silence({ ends: i => (i % 2 === 0 ? 'word' : 'answered') })
    expect(judged({ ledger: open }, one, kept(), direct())).toEqual([])
  })

  test('what was survived for long and then is not, has another reason', () => {
    const before = silence({ from: 0, connections: 60 })
    const after = [silent({ from: 1000 }), kept({ from: 1000 }), direct({ from: 1000 })]
    expect(judged({ ledger: open }, before, ...after)).toEqual([])
  })

  test('a server that was started anew is another matter', () => {
    expect(conntrackExpiry.judge(caseWith({ ledger: restarted }, silent(), kept(), direct()))).toEqual([])
  })

  test('one reset is the family at most, and only if its server still calls it open', () => {
    const one = silence({ connections: 1, ends: () => 'word' })
    expect(judged({ ledger: open }, one)).toEqual([])
    expect(family({ ledger: open }, one)).toEqual([1])
    expect(family({}, one)).toEqual([])
  })

  test('without ledgers the control group speaks for the servers, or that they are met again', () => {
    expect(judged({}, silent(), kept(), direct())).toEqual(['client-first likely 20'])
    expect(judged({}, silent(), kept({ from: 60 }))).toEqual(['client-first likely 20'])
  })

  test('a control group that met the same says it is not the Service', () => {
    expect(judged({}, silent(), kept(), direct({ ends: half }))).toEqual([])
  })
})

test('one of the control group may lose its port to a connection through the Service', () => {
  const unlucky = direct({ connections: 300, ends: i => (i === 7 ? 'word' : 'answered') })
  const others = silent({ connections: 300 })
  expect(judged({ ledger: open, node: byRules(600) }, others, unlucky)).toEqual(['client-first proven 151'])
  const many = direct({ connections: 300, ends: i => (i % 6 === 0 ? 'word' : 'answered') })
  expect(judged({ ledger: open, node: byRules(600) }, others, many)).toEqual(['client-first proven 150'])
})

describe('the server speaks first', () => {
  const zombies = silence({ name: 'server-speaks', ends: () => 'zombie' })

  test('its silence is longer than the timer: proven', () => {
    expect(judged({ ledger: lostSpeaking, node: byRules(600), rose: { outRsts: 40 } }, zombies)).toEqual([
      'server-first proven 40',
    ])
  })

  test('not where the timer is longer', () => {
    expect(judged({ ledger: lostSpeaking, node: byRules(86_400) }, zombies)).toEqual([])
  })

  test('without an agent, those whose client speaks first tell who it was', () => {
    expect(judged({ ledger: lostWhereItSpoke }, zombies, silent(), kept(), direct())).toEqual([
      'client-first likely 20',
      'server-first likely 40',
    ])
    expect(judged({ ledger: lostWhereItSpoke }, zombies)).toEqual([])
    expect(family({ ledger: lostWhereItSpoke }, zombies)).toEqual([40])
  })
})

describe.each([
  ['conntrack-expiry', ['conntrack-expiry/client-first']],
  ['conntrack-expiry-server-first', ['conntrack-expiry/client-first', 'conntrack-expiry/server-first']],
  ['keepalive-below', ['conntrack-expiry/client-first']],
])('the recorded %s', (name, expected) => {
  const incident = readIncident(new URL(`../../../test/incidents/${name}-iptables`, import.meta.url).pathname)
  test.each([true, false])('is named, agent: %s', agent => {
    expect(namedAgain(incident, { agent }).map(({ name }) => name)).toEqual(expected)
  })
})
