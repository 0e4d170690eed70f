import { describe, expect, test } from 'vitest'
import { namedAgain } from '../../../test/lab/matrix/named.ts'
import { readIncident } from '../../../test/lab/seen/incident-files.ts'
import { lostInSilence, lostSpeaking } from '../../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, rulesOf, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, silence } from '../../../test/silences.ts'
import { outOfWindow } from './rule.ts'

const before = silence({ connections: 20, from: -1000 })
const zombies = (more: Cohort = {}) => silence({ connections: 10, ends: () => 'word', ...more })
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  outOfWindow
    .judge(caseWith(said, ...cohorts))
    .map(({ confidence, explains }) => `${confidence.level} ${explains.length}`)
const node = byRules(86_400, { 'nat-rules': rulesOf([], { invalidDrop: false }) })
const rose = { outRsts: 10, invalid: 10 }

describe('with the node’s evidence', () => {
  test('packets were invalid, and this kernel reset what came: proven', () => {
    expect(judged({ ledger: lostInSilence(0.7), node, rose }, before, zombies())).toEqual(['proven 10'])
  })

  test('says what let them pass', () => {
    const [found] = outOfWindow.judge(caseWith({ ledger: lostInSilence(0.7), node, rose }, before, zombies()))
    expect(found?.evidence.map(({ source, says }) => `${source}: ${says}`)).toEqual(
      expect.arrayContaining([
        'own netstat: Tcp.OutRsts rose by 10 meanwhile: this kernel resets packets that none of its sockets knows',
        'node conntrack: invalid rose by 10 meanwhile',
        'node nat-rules: no rule drops INVALID packets on forward',
      ]),
    )
    expect(found?.remedy).toContain('sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1')
  })

  test('not where conntrack found nothing invalid', () => {
    expect(judged({ ledger: lostInSilence(0.7), node, rose: { outRsts: 10, invalid: 0 } }, before, zombies())).toEqual(
      [],
    )
  })

  test('not where it had forgotten them by then', () => {
    expect(judged({ ledger: lostInSilence(700), node: byRules(600), rose }, before, zombies())).toEqual([])
  })

  test('not where IPVS carries the address', () => {
    expect(judged({ ledger: lostInSilence(0.7), node: byIpvs(900), rose }, before, zombies())).toEqual([])
  })
})

describe('without an agent', () => {
  test('servers reset younger than any keepalive, by this very kernel: likely', () => {
    expect(judged({ ledger: lostInSilence(0.7), rose: { outRsts: 10 } }, before, zombies())).toEqual(['likely 10'])
  })

  test('or at ages that no keepalive has', () => {
    let quietS = 100
    const ages = lostInSilence(() => (quietS += 37))
    expect(judged({ ledger: ages, rose: { outRsts: 10 } }, before, zombies())).toEqual(['likely 10'])
  })

  test('not at one age: it may be the servers’ keepalive after a flush', () => {
    expect(judged({ ledger: lostInSilence(60), rose: { outRsts: 10 } }, before, zombies())).toEqual([])
  })

  test('not where longer silences were not survived: it may have been forgotten', () => {
    expect(judged({ ledger: lostInSilence(0.7), rose: { outRsts: 10 } }, zombies())).toEqual([])
  })

  test('not where this kernel sent no reset: somebody else did', () => {
    expect(judged({ ledger: lostInSilence(0.7), rose: { outRsts: 0 } }, before, zombies())).toEqual([])
    expect(judged({ ledger: lostInSilence(0.7) }, before, zombies())).toEqual([])
  })

  test('a server that was reset as it spoke was forgotten', () => {
    expect(judged({ ledger: lostSpeaking, rose: { outRsts: 10 } }, before, zombies())).toEqual([])
  })

  test('without ledgers nobody knows', () => {
    expect(judged({ rose: { outRsts: 10 } }, before, zombies())).toEqual([])
  })
})

describe('the recorded', () => {
  test.each([
    ['out-of-window', true, ['out-of-window']],
    ['out-of-window', false, ['out-of-window']],
    ['out-of-window-dropped', true, []],
    ['out-of-window-dropped', false, []],
  ])('%s, agent: %s', (name, agent, expected) => {
    const incident = readIncident(new URL(`../../../test/incidents/${name}-iptables`, import.meta.url).pathname)
    expect(namedAgain(incident, { agent }).map(({ name }) => name)).toEqual(expected)
  })
})
