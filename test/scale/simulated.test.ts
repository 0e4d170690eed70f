import { expect, test } from 'vitest'
import { deployed, read } from './configuration.ts'
import { demandOf } from './demand.ts'
import { worstOf } from './load.ts'
import { rhythms, simulate, simulateCut } from './simulated.ts'
import { addOne } from './added.ts'
import { replaceOneByOne } from './worn.ts'

const demand = demandOf(read('client', deployed().client))
const size = { nodes: 1000, servers: 26 }
const { connections, pods, comes, goes, replaced } = simulate(demand, size)

test('a thousand clients load all servers alike', () => {
  expect(connections.most).toBeLessThan(1.5 * connections.mean)
  expect(connections.least).toBeGreaterThan(0.5 * connections.mean)
  expect(pods.most).toBeLessThan(1.5 * pods.mean)
  const expected = worstOf(demand, size)
  expect(Math.abs(connections.most - expected)).toBeLessThan(0.1 * expected)
})

test('a server that came or went changes one peer in M of a client that begins anew', () => {
  expect(comes.peers).toBeLessThan(1.5 / (size.servers + 1))
  expect(goes.peers).toBeLessThan(1.5 / size.servers)
})

test('a rolling update of all servers overfills none, and leaves none far above the others', () => {
  expect(replaced.peak).toBeLessThan(Math.E)
  expect(replaced.most).toBeLessThan(2)
  expect(replaced.reopened).toBeLessThan(2)
})

const fixed = { kind: 'fixed', ms: 900_000 } as const
const few = { ...demand, held: demand.held.map(each => ({ ...each, connections: 20, idle: fixed })) }
test.each([
  ['with one process', demand, 1],
  ['with processes that share each turn', demand, 3],
  ['with processes that have turns of their own', few, 4],
])('a sample of peers stays as large as it was while each of a hundred servers is replaced, %s', (_, of, processes) => {
  const { peers, most, fullest } = replaceOneByOne(of, { nodes: 200, servers: 100 }, processes)
  expect(peers).toEqual({ before: 20, after: 20 })
  expect(most.after).toBe(most.before)
  expect(fullest.peak).toBeLessThan(Math.E) // what servers are made for (rollout.ts), though nobody could move meanwhile
  expect(fullest.after).toBeLessThan(1.6)
})

test('answers cut short, other ones each time, load no server much more', () => {
  const cut = simulateCut(demand, { nodes: 1000, servers: 100 }, 28)
  expect(cut.most).toBeLessThan(1.5 * cut.mean)
})

test('the spread of the first connects keeps a busiest second below a hundred times the mean, even of clients that begin together', () => {
  const [together, , rolled, , reopened] = rhythms(demand, size)
  if (!together || !rolled || !reopened) throw new Error('five stories were expected')
  expect(together.peakPerS / together.meanPerS).toBeLessThan(100)
  expect(rolled.peakPerS).toBeLessThan(together.peakPerS)
  expect(reopened.peakPerS / reopened.meanPerS).toBeLessThan(100) // nor does a goodbye that all hear in one second
})

test.each([
  ['each client has them all', { nodes: 100, servers: 4 }, 1],
  ['each client has a sample', { nodes: 500, servers: 100 }, 1],
  ['in several processes', { nodes: 100, servers: 50 }, 3],
])('a server that is added has its part once silences are over, and little else moves: %s', (_, cluster, processes) => {
  const { moved, held, came } = addOne(demand, cluster, processes)
  expect(came / held.mean).toBeGreaterThan(0.7)
  expect(came / held.mean).toBeLessThan(1.3)
  expect(moved).toBeLessThan(2.5 / (cluster.servers + 1))
})
