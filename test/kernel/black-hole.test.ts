import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cohortOf, endsOf, type Halves, halves, type Status } from './longhold.ts'
import { type Network, network } from './network.ts'

/**
 * A node that swallows every packet from one moment on, without a word to either side: a dead node, a route withdrawn.
 * What the kernel knows of a connection that dies so, before it dies and when it is dead.
 */
const keepalive = { idle: '2s', interval: '1s', count: 12 } // longer than two sweeps are apart: one must see it
const each = 4

const cohort = (name: string, settings: object) => ({
  kind: 'tcp-hold',
  name,
  connections: each,
  to: '10.244.2.11',
  spread: '0s',
  reconnect: { base: '500ms', cap: '1s' },
  ...settings,
})

const probes = [
  cohort('kept', { idle: '5m', keepalive }),
  cohort('asking', { idle: '2s', deadline: '12s' }),
  cohort('impatient', { idle: '2s', deadline: '12s', userTimeout: '3s' }),
  { ...cohort('over-http', { idle: '2s', deadline: '3s' }), kind: 'http-hold' },
]

let net: Network
let longholds: Halves
let [before, dying, dead, there]: Status[] = []

beforeAll(async () => {
  net = await network([
    { name: 'client', address: '10.244.1.10', gateway: '10.244.1.1' },
    { name: 'server', address: '10.244.2.11', gateway: '10.244.2.1' },
  ])
  longholds = halves(net)
  longholds.start('server', 'server', { server: { 'tcp-hold': { keepalive } } })
  await longholds.until('server', () => true)
  longholds.start('client', 'client', { probes })
  before = await longholds.until('client', now => probes.every(({ name }) => cohortOf(now, name)?.open === each))
  await net.on('node', 'iptables', '-A', 'FORWARD', '-j', 'DROP')
  dying = await longholds.until('client', now => {
    const [kept, asking] = ['kept', 'asking'].map(name => cohortOf(now, name))
    return (kept?.sweep?.probing ?? 0) > 0 && (asking?.sweep?.backingOff ?? 0) > 0
  })
  dead = await longholds.until('client', now =>
    probes.every(({ name }) => endsOf(now, name, { planned: false }) >= each),
  )
  there = await longholds.until('server', now => endsOf(now, 'kept', {}, 'server') === each)
}, 120_000)

afterAll(async () => {
  await net?.[Symbol.asyncDispose]()
  longholds?.[Symbol.dispose]()
})

const faultsOf = (status: Status | undefined, name: string, phase: string) =>
  (status?.faults ?? []).filter(fault => fault.name === name && fault.phase === phase)

describe('a black hole', () => {
  test('shows in the sweep before anything has died: keepalives unanswered, retransmits backing off', () => {
    expect(before && cohortOf(before, 'kept')?.open).toBe(each)
    expect(dying && cohortOf(dying, 'kept')).toMatchObject({ open: each, sweep: { connections: each, probing: each } })
    expect(dying && cohortOf(dying, 'asking')).toMatchObject({ open: each, sweep: { backingOff: each } })
  })

  test('ends a silence with keepalive in a timeout while idle, found by the kernel', () => {
    const faults = faultsOf(dead, 'kept', 'idle')
    expect(faults).toHaveLength(each)
    for (const fault of faults) {
      expect(fault).toMatchObject({ fate: 'timeout', code: 'ETIMEDOUT read', exchanges: 0, by: 'server' })
      expect(fault.tcpInfo).toMatchObject({ probes: keepalive.count, unacked: 0 })
      expect(fault.idleMs).toBeGreaterThan(13_000)
    }
  })

  test("so does the server's own keepalive, set on its listening socket", () => {
    const faults = faultsOf(there, 'kept', 'idle')
    expect(faults).toHaveLength(each)
    for (const fault of faults)
      expect(fault).toMatchObject({ fate: 'timeout', code: 'ETIMEDOUT read', by: 'client', tcpInfo: { probes: 12 } })
  })

  test('without keepalive the question meets the deadline, and was never acknowledged', () => {
    const faults = faultsOf(dead, 'asking', 'exchange')
    expect(faults).toHaveLength(each)
    for (const { fate, code, tcpInfo } of faults) {
      expect({ fate, code, state: tcpInfo?.state }).toEqual({ fate: 'timeout', code: 'DEADLINE', state: 1 })
      expect(tcpInfo?.unacked).toBeGreaterThan(0)
      expect(tcpInfo?.backoff).toBeGreaterThan(0)
    }
  })

  test('with a user timeout the kernel gives up before we do', () => {
    const faults = faultsOf(dead, 'impatient', 'exchange')
    expect(faults).toHaveLength(each)
    for (const { fate, code, tcpInfo } of faults) {
      expect({ fate, code }).toEqual({ fate: 'timeout', code: 'ETIMEDOUT read' })
      expect(tcpInfo?.totalRetrans).toBeGreaterThan(0)
    }
  })

  test('over HTTP the same is the same fate', () => {
    const faults = faultsOf(dead, 'over-http', 'exchange')
    expect(faults).toHaveLength(each)
    for (const fault of faults)
      expect(fault).toMatchObject({ fate: 'timeout', code: 'DEADLINE', tcpInfo: { state: 1 } })
  })

  test('meanwhile reconnects time out, and once packets pass again everything is held again', async () => {
    const now = await longholds.until('client', seen => endsOf(seen, 'over-http', { phase: 'connect' }) > 0)
    expect(endsOf(now, 'over-http', { phase: 'connect', fate: 'timeout' })).toBeGreaterThan(0)
    await net.on('node', 'iptables', '-D', 'FORWARD', '-j', 'DROP')
    await longholds.until('client', seen => probes.every(({ name }) => cohortOf(seen, name)?.open === each), 40_000)
  }, 60_000)
})
