import { describe, expect, test } from 'vitest'
import { namedAgain } from '../../../test/lab/matrix/named.ts'
import { readIncident } from '../../../test/lab/seen/incident-files.ts'
import { lostWhereItSpoke, open, restarted } from '../../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, type End, service, silence } from '../../../test/silences.ts'
import { storyBegins } from '../../../test/stories.ts'
import { conntrackFlush } from './rule.ts'

const half = (i: number): End => (i % 4 < 2 ? 'word' : 'answered')
/** Silences of one and three minutes that were survived, and the next ones, in which the table was emptied (at 200 s). */
const minute = (more: Cohort = {}) => silence({ name: 'minute', idle: 60, from: 150, ends: half, ...more })
const three = (more: Cohort = {}) => silence({ name: 'three', idle: 180, from: 190, ends: half, ...more })
const before = [minute({ from: 0, ends: () => 'answered' }), three({ from: 0, ends: () => 'answered' })]
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  conntrackFlush
    .judge(caseWith(said, ...cohorts))
    .map(({ confidence, explains, of }) => `${confidence.level} ${explains.length} of ${of}`)

/** The entry of a connection went, by itself or by a program. */
const event = (i: number, by?: string) => ({
  at: storyBegins + 200_000,
  what: 'destroy',
  flow: `tcp 10.244.1.10:${40_000 + i} ${service}`,
  entry: {
    proto: 'tcp',
    state: 'ESTABLISHED',
    original: { src: '10.244.1.10', dst: '10.96.22.22', sport: 40_000 + i, dport: 7000 },
    reply: { src: '10.244.2.11', dst: '10.244.1.10', sport: 7000, dport: 40_000 + i },
    unreplied: false,
    assured: true,
  },
  ...(by !== undefined && { by }),
})

describe('with conntrack’s events', () => {
  const deletions = [{ at: storyBegins + 200_000, by: 'conntrack', count: 1234 }]
  const told = (by?: string) =>
    byRules(86_400, {
      'conntrack-events': { events: [0, 1, 4, 5].map(i => event(i, by)), deletions: by ? deletions : [] },
    })

  test('a program deleted the entries: proven, for all that were silent then', () => {
    expect(judged({ ledger: open, node: told('conntrack') }, minute(), three())).toEqual(['proven 40 of 80'])
  })

  test('says who, how many, and when', () => {
    const [found] = conntrackFlush.judge(caseWith({ ledger: open, node: told('conntrack') }, minute(), three()))
    expect(found?.says).toBe(
      '40 of 80 connections were reset by their next word, whatever their silence (1m to 3m): conntrack had deleted their entries on the node, and each next packet was led to a server anew.',
    )
    expect(found?.evidence).toContainEqual({
      source: 'node conntrack-events',
      at: storyBegins + 200_000,
      says: 'conntrack deleted 1234 entries or more within a second',
    })
  })

  test('one connection is enough', () => {
    expect(judged({ node: told('conntrack') }, minute({ connections: 1, ends: () => 'word' }))).toEqual([
      'proven 1 of 1',
    ])
  })

  test('whose server spoke first after it belongs to it', () => {
    const zombies = silence({ name: 'server-speaks', idle: 60, from: 150, connections: 6, ends: () => 'zombie' })
    expect(judged({ ledger: lostWhereItSpoke, node: told('conntrack') }, minute(), zombies)).toEqual([
      'proven 26 of 46',
    ])
  })

  test('not where the kernel forgot by itself', () => {
    expect(judged({ ledger: open, node: told() }, ...before, minute({ ends: () => 'word' }))).toEqual([])
  })
})

describe('without events', () => {
  test('all at one moment, whatever their age, some of each server, never before: likely', () => {
    expect(judged({ ledger: open }, ...before, minute(), three())).toEqual(['likely 40 of 80'])
    expect(judged({ ledger: open, node: byRules(86_400) }, ...before, minute(), three())).toEqual(['likely 40 of 80'])
  })

  test('not where the timer is shorter than the silence', () => {
    expect(judged({ ledger: open, node: byRules(30) }, ...before, minute(), three())).toEqual([])
  })

  test('not where IPVS carries the address: it does not ask conntrack', () => {
    expect(judged({ ledger: open, node: byIpvs(900) }, ...before, minute(), three())).toEqual([])
  })

  test('not without a time before it', () => {
    expect(judged({ ledger: open }, minute(), three())).toEqual([])
  })

  test('not where it meets them round after round', () => {
    expect(judged({ ledger: open }, ...before, minute(), three(), minute({ from: 400 }))).toEqual([])
  })

  test('not where all of one server died, and none of another', () => {
    const one = { ends: (i: number): End => (i % 2 === 0 ? 'word' : 'answered') }
    expect(judged({ ledger: open }, ...before, minute(one), three(one))).toEqual([])
  })

  test('not where nobody was spared, and not where the servers were started anew', () => {
    const all = { ends: () => 'word' as const }
    expect(judged({ ledger: open }, ...before, minute(all), three(all))).toEqual([])
    expect(judged({ ledger: restarted }, ...before, minute(), three())).toEqual([])
  })

  test('one reset is nobody’s flush', () => {
    const one = { ends: (i: number): End => (i === 0 ? 'word' : 'answered') }
    expect(judged({ ledger: open }, ...before, minute(one), three())).toEqual([])
  })
})

describe('the recorded conntrack-flush', () => {
  const incident = readIncident(new URL('../../../test/incidents/conntrack-flush-iptables', import.meta.url).pathname)
  test.each([true, false])('is named, agent: %s', agent => {
    expect(namedAgain(incident, { agent }).map(({ name }) => name)).toEqual(['conntrack-flush'])
  })
})
