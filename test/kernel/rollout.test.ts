import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cohortOf, endsOf, type Halves, halves, type Status } from './longhold.ts'
import { type Network, network, type Running } from './network.ts'

/**
 * A name with two addresses, and one of the two servers behind it is taken away as a rollout does it: first from the
 * name, then by SIGTERM. Nobody may call that a fault.
 */
const [first, second] = ['10.244.2.11', '10.244.2.12'] as const
const each = 8
const cohorts = [
  { kind: 'tcp-hold', name: 'tcp', speaker: 'both', idle: '1s' },
  { kind: 'tcp-hold', name: 'silent', idle: '10m' },
  { kind: 'http-hold', name: 'http', idle: '1s' },
]
const probes = cohorts.map(cohort => ({
  ...cohort,
  connections: each,
  path: 'pod',
  to: 'longhold-pods',
  spread: '0s',
  reconnect: { base: '500ms', cap: '2s' },
}))

let net: Network
let longholds: Halves
let leaving: Running
let exitCode: number | null
let [before, after, staying]: Status[] = []
let left: string

beforeAll(async () => {
  net = await network([
    { name: 'client', address: '10.244.1.10', gateway: '10.244.1.1' },
    { name: 'srv1', address: first, gateway: '10.244.2.1' },
    { name: 'srv2', address: second, gateway: '10.244.2.2' },
  ])
  longholds = halves(net)
  longholds.name('longhold-pods', [first, second])
  longholds.start('srv1', 'server')
  leaving = longholds.start('srv2', 'server')
  for (const server of ['srv1', 'srv2']) await longholds.until(server, () => true)
  longholds.start('client', 'client', { probes })
  await longholds.until('client', allOpen)
  before = await longholds.status('srv2')
  longholds.name('longhold-pods', [first])
  exitCode = await leaving.stop()
  left = leaving.printed()
  after = await longholds.until('client', allOpen, 40_000)
  staying = await longholds.until('srv1', now =>
    cohorts.every(({ name }) => cohortOf(now, name, 'server')?.open === each),
  )
}, 120_000)

afterAll(async () => {
  await net?.[Symbol.asyncDispose]()
  longholds?.[Symbol.dispose]()
})

const allOpen = (now: Status) => cohorts.every(({ name }) => cohortOf(now, name)?.open === each)

describe.each(cohorts)('$name', ({ name }) => {
  test('a name with two addresses spreads the connections over both', () =>
    expect(before && cohortOf(before, name, 'server')?.open).toBe(each / 2))

  test('the server that stops says goodbye on every connection: closed, planned, on either side', () => {
    const goodbyes = { fate: 'closed', planned: true } as const
    expect(after && endsOf(after, name, goodbyes)).toBe(each / 2)
    expect(after && endsOf(after, name, { planned: false })).toBe(0)
    expect(staying && endsOf(staying, name, { planned: false }, 'server')).toBe(0)
    const totals = JSON.parse(left.trim().split('\n').at(-1) ?? '{}') as {
      cohorts: { cohort: string; open: number; faults: number }[]
    }
    expect(totals.cohorts.find(({ cohort }) => cohort === name)).toMatchObject({ open: 0, faults: 0 })
  })

  test('they are held again where the name leads now', () =>
    expect(staying && cohortOf(staying, name, 'server')?.open).toBe(each))
})

test('the server that is told to stop stops, with exit code 0', () => expect(exitCode).toBe(0))
