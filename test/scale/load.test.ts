import { expect, test } from 'vitest'
import { capacityOf, serversFor } from './capacity.ts'
import { deployed, read } from './configuration.ts'
import { demandOf } from './demand.ts'
import { loadOf, worstOf } from './load.ts'
import { costOf } from './prometheus.ts'
import { reserve, rollingUpdate } from './rollout.ts'
import { limits, sizes } from './tables.ts'

const demand = demandOf(read('client', deployed().client))
const gib = 2 ** 30

test('what a node bears does not grow with the cluster, and what a server bears only as far as the rule lets it', () => {
  const capacity = capacityOf(demand, limits.pod)
  const all = sizes.map(nodes => loadOf(demand, { nodes, servers: serversFor(nodes, capacity) }))
  expect(new Set(all.map(({ packetsPerS }) => packetsPerS.node)).size).toBe(1)
  for (const { connections, worst } of all) {
    expect(connections.server).toBeLessThanOrEqual(capacity.most / reserve)
    expect(worst.rolling).toBeLessThanOrEqual(capacity.most)
  }
})

test('there are three servers at least; more files or more memory make for fewer', () => {
  const few = capacityOf(demand, limits.few)
  expect([few.by, serversFor(1, few)]).toEqual(['files', 3])
  const pod = capacityOf(demand, limits.pod)
  expect(pod.by).toBe('memory')
  expect(pod.nodesPerServer).toBeGreaterThan(few.nodesPerServer)
  expect(capacityOf(demand, { ...limits.pod, memoryBytes: gib }).nodesPerServer).toBeGreaterThan(pod.nodesPerServer)
})

test('a rolling update fills no server beyond e times the mean, whatever its steps', () => {
  for (const servers of [3, 10, 100, 400])
    for (const maxSurge of [0, 1 / servers, 0.25, 1])
      for (const maxUnavailable of [0, 1 / servers, 0.25]) {
        const { peak, least, most } = rollingUpdate(servers, { maxSurge, maxUnavailable })
        expect(peak).toBeLessThanOrEqual(reserve)
        expect(least).toBeLessThanOrEqual(1)
        expect(most).toBeGreaterThanOrEqual(1)
      }
  expect(rollingUpdate(400, { maxSurge: 0, maxUnavailable: 1 / 400 }).peak).toBeGreaterThan(2.7) // it is met
  expect(rollingUpdate(100, { maxSurge: 1, maxUnavailable: 0 })).toMatchObject({ peak: 1, reopened: 1 })
})

test('the fullest server is above the mean, and relatively less so the more there is to share', () => {
  expect(over(100)).toBeGreaterThan(over(1000))
  expect(over(1000)).toBeGreaterThan(1)
})

const over = (nodes: number) => worstOf(demand, { nodes, servers: 50 }) / ((nodes * demand.connections) / 50)

test('Prometheus pays by series and interval', () => {
  const targets = [{ count: 100, each: { series: 995, bytes: 100_000 } }]
  expect(costOf(targets, 30)).toMatchObject({ series: 100_000, samplesPerS: 100_000 / 30 })
  expect(costOf(targets, 60).diskBytes).toBeCloseTo(costOf(targets, 30).diskBytes / 2)
})
