import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Halves, halves, type Status } from './longhold.ts'
import { type Network, network } from '../lab/kube-proxy/network.ts'

/**
 * A node that forgets to translate answers back: they reach the client with the pod's own address as their source. An
 * application's connected socket hears nothing at all; the twin beside ours hears who answered.
 */
const vip = '10.96.22.23'
const pod = '10.244.2.11'
const names = ['echo.longhold.test.']
const probes = [
  { kind: 'udp-echo', name: 'echo', to: vip, every: '100ms', timeout: '1s' },
  { kind: 'dns', name: 'dns', servers: [`${vip}:7053`], names, every: '100ms', timeout: '1s' },
]

let net: Network
let longholds: Halves
let [before, after]: Status[] = []

beforeAll(async () => {
  net = await network([
    { name: 'client', address: '10.244.1.10', gateway: '10.244.1.1' },
    { name: 'server', address: pod, gateway: '10.244.2.1' },
  ])
  longholds = halves(net)
  const translate = ['-t', 'nat', '-A', 'PREROUTING', '-d', vip, '-p', 'udp', '-j', 'DNAT', '--to-destination', pod]
  await net.on('node', 'iptables', ...translate)
  longholds.start('server', 'server', { server: { dns: { listen: '0.0.0.0:7053' } } })
  await longholds.until('server', () => true)
  longholds.start('client', 'client', { probes })
  before = await longholds.until('client', ({ probes }) => probes.every(({ fates }) => fates.ok > 3))
  const forget = ['-t', 'raw', '-A', 'PREROUTING', '-s', pod, '-p', 'udp', '-j', 'CT', '--notrack']
  await net.on('node', 'iptables', ...forget)
  after = await longholds.until('client', ({ probes }) => probes.every(({ fates }) => fates['wrong-source'] > 3))
}, 90_000)

afterAll(async () => {
  await net?.[Symbol.asyncDispose]()
  longholds?.[Symbol.dispose]()
})

describe('answers whose source is not translated back', () => {
  test('are no answers, and name who sent them', () => {
    expect(before?.faults).toEqual([])
    const faults = (after?.faults ?? []).filter(({ fate }) => fate === 'wrong-source')
    expect(new Set(faults.map(({ name }) => name))).toEqual(new Set(['echo', 'dns']))
    for (const fault of faults) expect(fault).toMatchObject({ code: 'WRONG_SOURCE', by: pod })
  })

  test('are told from silence, in every port mode', () => {
    for (const { mode, fates, strays, lost } of after?.probes ?? [])
      expect({ mode, timeouts: fates.timeout, lost, strayed: strays['wrong-source'] > 3 }).toEqual({
        mode,
        timeouts: 0,
        lost: 0,
        strayed: true,
      })
  })
})
