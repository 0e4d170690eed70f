import { expect, test } from 'vitest'
import { deployed, read } from './configuration.ts'
import { demandOf } from './demand.ts'
import { worstOf } from './load.ts'
import { rhythms, simulate, simulateCut } from './simulated.ts'

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

test('a server that comes or goes changes one peer in M of a client', () => {
  expect(comes.peers).toBeLessThan(1.5 / (size.servers + 1))
  expect(goes.peers).toBeLessThan(1.5 / size.servers)
})

test('a rolling update of all servers overfills none, and leaves none far above the others', () => {
  expect(replaced.peak).toBeLessThan(Math.E)
  expect(replaced.most).toBeLessThan(2)
  expect(replaced.reopened).toBeLessThan(2)
})

test('answers cut short, other ones each time, load no server much more', () => {
  const cut = simulateCut(demand, { nodes: 1000, servers: 100 }, 28)
  expect(cut.most).toBeLessThan(1.5 * cut.mean)
})

test('the spread of the first connects keeps a busiest second below a hundred times the mean, even of clients that begin together', () => {
  const [together, , rolled] = rhythms(demand, size)
  if (!together || !rolled) throw new Error('two stories were expected')
  expect(together.peakPerS / together.meanPerS).toBeLessThan(100)
  expect(rolled.peakPerS).toBeLessThan(together.peakPerS)
})
