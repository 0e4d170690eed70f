import { describe, expect, test } from 'vitest'
import { namedAgain } from '../../../test/lab/matrix/named.ts'
import { readIncident } from '../../../test/lab/seen/incident-files.ts'
import { lostInSilence, open, together } from '../../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, silence } from '../../../test/silences.ts'
import { keepaliveTooLong } from './rule.ts'

/** Keepalive after 20 min, below a silence of 15 h. */
const kept = (more: Cohort = {}) =>
  silence({ name: 'kept', keepalive: 1200, idle: 54_000, connections: 20, ends: () => 'probe', ...more })
const often = (more: Cohort = {}) => silence({ name: 'often', keepalive: 60, idle: 900, ...more })
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  keepaliveTooLong
    .judge(caseWith(said, ...cohorts))
    .map(
      ({ variant = 'client', only = 'itself', confidence, explains }) =>
        `${variant} ${only} ${confidence.level} ${explains.length}`,
    )

describe('with the node’s evidence', () => {
  test.each([
    ['conntrack', byRules(900)],
    ['IPVS', byIpvs(900)],
  ])('%s forgets sooner than the probe comes: proven', (who, node) => {
    expect(judged({ ledger: open, node }, kept())).toEqual(['client itself proven 20'])
    expect(keepaliveTooLong.judge(caseWith({ ledger: open, node }, kept()))[0]?.says).toContain(
      `20 of 20 connections with keepalive idle 20m were reset by their own probe: ${who} on the node forgets a connection after 15m`,
    )
  })

  test('the remedy is a third of what the node remembers', () => {
    const [found] = keepaliveTooLong.judge(caseWith({ ledger: open, node: byIpvs(900) }, kept()))
    expect(found?.remedy).toContain('sysctl -w net.ipv4.tcp_keepalive_time=300')
  })

  test('one is enough', () => {
    expect(judged({ ledger: open, node: byRules(900) }, kept({ connections: 1 }))).toEqual(['client itself proven 1'])
  })

  test('silence is of it where it meets the zombie of a connection that was lost from the same port before', () => {
    const again = (first: number) =>
      kept({ name: 'again', from: 1300, idle: 1500, connections: 2, first, ends: i => (i === 0 ? 'silence' : 'probe') })
    const node = byRules(900)
    expect(judged({ ledger: open, node }, kept(), again(2))).toEqual(['client itself proven 22'])
    expect(judged({ ledger: open, node }, kept(), again(1))).toEqual(['client itself proven 21']) // the same server: no zombie
    const [found] = keepaliveTooLong.judge(caseWith({ ledger: open, node }, kept(), again(2)))
    expect(found?.evidence.map(({ says }) => says)).toContainEqual(
      expect.stringMatching(/^1 more met silence .* bare ACK$/),
    )
  })

  test('not where the node remembers for longer', () => {
    expect(judged({ ledger: open, node: byRules(86_400) }, kept(), often())).toEqual([])
  })
})

describe('without an agent', () => {
  test('reset at the age of the keepalive, while the servers call them open: likely', () => {
    expect(judged({ ledger: open }, kept(), often())).toEqual(['client itself likely 20'])
  })

  test('probes at different times are as clear without another group', () => {
    expect(judged({ ledger: open }, kept({ apart: 120 }))).toEqual(['client itself likely 20'])
  })

  test('all at one moment may be one event: the family', () => {
    expect(judged({ ledger: open }, kept())).toEqual(['client family possible 20'])
  })

  test('one or two may be no more than accident: the family', () => {
    expect(judged({ ledger: open }, kept({ connections: 2 }), often())).toEqual(['client family possible 2'])
  })

  test('not where probes were survived many times before: something happened', () => {
    const before = silence({ name: 'kept', keepalive: 1200, idle: 54_000, from: -60_000, connections: 20 })
    expect(judged({ ledger: open }, before, kept({ apart: 120 }))).toEqual(['client family possible 20'])
  })

  test('not where the servers may have died: nobody heard of them since', () => {
    expect(judged({}, kept({ apart: 120 }))).toEqual(['client itself likely 20'])
    expect(judged({}, kept(), often({ from: -1000 }))).toEqual([])
  })

  test('a reset at another age was not the probe’s', () => {
    const cut = silence({ name: 'kept', keepalive: 1200, idle: 300, apart: 60, connections: 20, ends: () => 'unasked' })
    expect(judged({ ledger: open }, cut, often())).toEqual([])
  })

  test('reset together with its server, it was not the probe’s either', () => {
    expect(judged({ ledger: together }, kept({ apart: 120 }), often())).toEqual([])
  })
})

describe('the server’s own keepalive', () => {
  const zombies = silence({ connections: 10, idle: 3600, ends: () => 'word' })

  test('comes later than the node remembers, at one age: likely', () => {
    expect(judged({ ledger: lostInSilence(1200), node: byRules(900) }, zombies)).toEqual(['server itself likely 10'])
  })

  test('not where the node remembers for longer, nor without its evidence', () => {
    expect(judged({ ledger: lostInSilence(1200), node: byRules(86_400) }, zombies)).toEqual([])
    expect(judged({ ledger: lostInSilence(1200) }, zombies)).toEqual([])
  })
})

describe('the recorded keepalive-above', () => {
  const incident = readIncident(new URL('../../../test/incidents/keepalive-above-iptables', import.meta.url).pathname)
  test.each([true, false])('is named, agent: %s', agent => {
    expect(namedAgain(incident, { agent }).map(({ name }) => name)).toEqual(['keepalive-too-long'])
  })
})
