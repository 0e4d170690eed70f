import { describe, expect, test } from 'vitest'
import { namedAgain } from '../../../test/lab/matrix/named.ts'
import { readIncident } from '../../../test/lab/seen/incident-files.ts'
import { open, restarted, together } from '../../../test/silence-accounts.ts'
import { byIpvs, byRules, caseWith, rulesOf, type Said } from '../../../test/silence-evidence.ts'
import { type Cohort, silence } from '../../../test/silences.ts'
import { cloudOf } from './clouds.ts'
import { middleboxIdle } from './rule.ts'

/** The server’s own address is called: nobody translates. */
const called = '10.244.2.11:7000'
const reset = (more: Cohort = {}) => silence({ connections: 20, servers: 1, called, ends: () => 'word', ...more })
const mute = (more: Cohort = {}) => reset({ ends: () => 'silence', ...more })
const kept = (more: Cohort = {}) => silence({ name: 'kept', servers: 1, keepalive: 60, ...more })
const cut = (more: Cohort = {}) => reset({ idle: 240, apart: 30, ends: () => 'unasked', ...more })
const others = silence({ name: 'direct', path: 'pod', first: 3 })
const judged = (said: Said, ...cohorts: Parameters<typeof caseWith>[1][]) =>
  middleboxIdle
    .judge(caseWith(said, ...cohorts))
    .map(
      ({ variant = '', only = 'itself', confidence, explains }) =>
        `${variant} ${only} ${confidence.level} ${explains.length}`,
    )

describe('it takes silence, and spares nobody', () => {
  test('with a reset', () => {
    expect(judged({ ledger: open }, reset(), kept())).toEqual(['reset itself likely 20', ' family possible 20'])
  })

  test('with silence, while others on this node survive it', () => {
    expect(judged({ ledger: open }, mute(), kept(), others)).toEqual(['silent itself likely 20'])
    expect(judged({ ledger: open }, mute(), kept())).toEqual([])
  })

  test('the node, where it is asked, remembers for longer', () => {
    const node = byRules(86_400)
    expect(judged({ ledger: open, node }, mute(), kept())).toEqual(['silent itself likely 20'])
    // It may forget sooner: where nothing is translated it takes the connection up again as it was.
    expect(judged({ ledger: open, node: byRules(600) }, reset(), kept())).toContain('reset itself likely 20')
  })

  test('through a Service as well, if the node is not to blame', () => {
    const through = mute({ called: undefined as never, servers: 2 })
    expect(judged({ ledger: open, node: byRules(86_400) }, through, kept({ servers: 2 }))).toEqual([
      'silent itself likely 20',
    ])
    expect(judged({ ledger: open }, through, kept({ servers: 2 }), others)).toEqual([])
    expect(judged({ ledger: open, node: byIpvs(600) }, through, kept({ servers: 2 }))).toEqual([])
  })

  test('not where the control group, on the same way between the nodes, was spared: then the node is wrong', () => {
    const through = reset({ called: undefined as never, servers: 2 })
    const direct = silence({ name: 'direct', path: 'pod' })
    const node = byRules(86_400)
    expect(judged({ ledger: open, node }, through, kept({ servers: 2 }))).toContain('reset itself likely 20')
    expect(judged({ ledger: open, node }, through, kept({ servers: 2 }), direct)).toEqual([])
  })

  test('an address that is no Service of the node', () => {
    const node = byRules(86_400, { 'nat-rules': rulesOf([]) })
    const outside = reset({ called: '203.0.113.9:7000' })
    expect(judged({ ledger: open, node }, outside, kept())).toEqual(['reset itself likely 20'])
  })

  test('not where some were spared, and not where shorter silences are not survived either', () => {
    const some = reset({ ends: i => (i < 10 ? 'word' : 'answered') })
    expect(judged({ ledger: open }, some, kept())).toEqual([' family possible 10'])
    expect(judged({ ledger: open }, reset())).toEqual([' family possible 20'])
  })

  test('not without the servers’ word, and not where they were started anew', () => {
    expect(judged({}, mute(), kept(), others)).toEqual([])
    expect(judged({ ledger: restarted }, reset(), kept())).toEqual([])
  })
})

describe('both ends reset together', () => {
  test('at one age, at different times: proven', () => {
    expect(judged({ ledger: together }, cut())).toContain('reset-both itself proven 20')
  })

  test('at one moment, it takes others that were not silent', () => {
    expect(judged({ ledger: together }, cut({ apart: 0.01 }))).toEqual([' family possible 20'])
    expect(judged({ ledger: together }, cut({ apart: 0.01 }), kept({ idle: 239 }))).toContain(
      'reset-both itself proven 20',
    )
  })

  test('at different ages it was no timeout', () => {
    const ages = [100, 200, 300, 400].flatMap(idle => cut({ name: `${idle}`, idle, connections: 5 }))
    expect(judged({ ledger: together }, ages)).toEqual([' family possible 20'])
  })

  test('one or two are no pattern; a server that knows of nothing was not reset', () => {
    expect(judged({ ledger: together }, cut({ connections: 2 }))).toEqual([' family possible 2'])
    expect(judged({ ledger: open }, cut())).toEqual([' family possible 20'])
    expect(judged({}, cut())).toEqual([])
  })

  test('names the cloud whose default it is', () => {
    const [found] = middleboxIdle.judge(caseWith({ ledger: together }, cut()))
    expect(found?.says).toContain('4m is the default of Azure load balancers')
    expect(found?.remedy).toContain('sysctl -w net.ipv4.tcp_keepalive_time=80')
    const [other] = middleboxIdle.judge(caseWith({ ledger: together }, cut({ idle: 300 })))
    expect(other?.says).not.toContain('default')
  })
})

describe('a cloud is named only by a sharp number', () => {
  test.each([
    ['reset', 345, 355, 'of AWS network load balancers and NAT gateways'],
    ['reset', 235, 245, 'of Azure NAT gateways'],
    ['silent', 235, 245, 'of Azure load balancers'],
    ['silent', 340, 360, 'of connection tracking on AWS Nitro v6 instances'],
    ['silent', 590, 610, 'of GCP firewalls'],
    ['silent', 1190, 1230, 'of GCP Cloud NAT'],
    ['reset-both', 1800, 1801, 'of the load balancer of AKS'],
    ['reset', 590, 610, undefined],
    ['silent', 60, 900, undefined],
    ['silent', 0, 350, undefined],
    ['reset', 300, 340, undefined],
  ] as const)('%s between %i and %i s', (does, after, by, whose) => {
    expect(cloudOf(does, { after: after * 1000, by: by * 1000 })?.whose).toBe(whose)
  })

  test('in a verdict', () => {
    const rungs = [silence({ name: 'below', servers: 1, called, idle: 345, connections: 20 }), reset({ idle: 355 })]
    const [found] = middleboxIdle.judge(caseWith({ ledger: open }, ...rungs))
    expect(found?.says).toContain('5m 50s is the default of AWS network load balancers')
  })
})

describe.each(['silent', 'reset', 'reset-both'])('the recorded middlebox-%s', variant => {
  const incident = readIncident(
    new URL(`../../../test/incidents/middlebox-${variant}-iptables`, import.meta.url).pathname,
  )
  test.each([true, false])('is named, agent: %s', agent => {
    expect(namedAgain(incident, { agent }).map(({ name }) => name)).toEqual([`middlebox-idle/${variant}`])
  })
})
