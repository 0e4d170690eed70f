import { expect, test } from 'vitest'
import type { Address } from '../settings/address.ts'
import { storyClock } from '../../test/story-clock.ts'
import { type Destinations, destinations } from './destinations.ts'
import { whole } from './share.ts'

const name = (host: string): Address => ({ host, port: 7000 })
const going = { to: [name('pods')], connections: 6, rungs: 2, share: whole, self: 'client-0' }

/** A zone whose names may have other addresses at any time. */
function zone(hosts: readonly string[]) {
  const records = { hosts }
  return { records, resolve: async ({ port }: Address) => records.hosts.map(host => ({ host, port })) }
}

const hostsOf = async (there: Destinations, indices: readonly number[]) =>
  Promise.all(indices.map(async index => (await there.of(index)).host))

test('a connection comes back to its server, and the rungs of a turn go on together', async () => {
  const { records, resolve } = zone(['a', 'b', 'c'])
  const there = destinations(going, resolve, storyClock())
  const [first, , second, , third, rung] = await hostsOf(there, [0, 1, 2, 3, 4, 5])
  expect(rung).toBe(third)
  expect(new Set([first, second, third])).toEqual(new Set(['a', 'b', 'c']))
  records.hosts = ['new', ...['a', 'b', 'c'].filter(host => host !== second)]
  expect(await hostsOf(there, [0, 1, 2, 3, 4, 5])).toEqual([first, first, 'new', 'new', third, third])
})

test('processes that listen send their connections where one would have sent them all', async () => {
  const { records, resolve } = zone(['a', 'b', 'c', 'd'])
  const flat = { ...going, connections: 4, rungs: 1 }
  const [one, ...two] = [whole, { nth: 0, of: 2 }, { nth: 1, of: 2 }].map(share =>
    destinations({ ...flat, share }, resolve, storyClock()),
  )
  if (!one) throw new Error('three were made')
  const held = await hostsOf(one, [0, 1, 2, 3])
  const apart = async () => Promise.all([0, 1, 2, 3].map(async index => (await two[index % 2]?.of(index))?.host))
  expect(await apart()).toEqual(held)
  for (const index of [1, 3, 0, 2]) {
    records.hosts = [`after-${index}`, ...records.hosts.filter(host => host !== held[index])]
    await Promise.all(two.map(each => each.listen()))
    held[index] = (await one.of(index)).host
    expect((await two[index % 2]?.of(index))?.host).toBe(held[index])
  }
  expect(new Set(held).size).toBe(4)
})

test('a server that is added gets its part, once it has stayed for a while', async () => {
  const { records, resolve } = zone(['a', 'b'])
  const clock = storyClock()
  const there = destinations({ ...going, connections: 6, rungs: 1 }, resolve, clock)
  const held = await Promise.all([0, 1, 2, 3, 4, 5].map(async index => there.of(index)))
  const elsewhere = () => held.flatMap((at, index) => (there.isElsewhere(index, at) ? [index] : []))
  records.hosts = ['a', 'b', 'new']
  await there.listen()
  clock.pass(19_000)
  expect(elsewhere()).toEqual([])
  clock.pass(1000)
  expect(elsewhere()).toEqual([4, 5])
  expect(await hostsOf(there, [0, 1, 2, 3, 4, 5])).toEqual([...held.slice(0, 4).map(({ host }) => host), 'new', 'new'])
})

test('a server that went keeps whoever it still holds', async () => {
  const { records, resolve } = zone(['a', 'b'])
  const clock = storyClock()
  const there = destinations(going, resolve, clock)
  const at = await there.of(0)
  records.hosts = ['a', 'b'].filter(host => host !== at.host)
  await there.listen()
  clock.pass(60_000)
  expect(there.isElsewhere(0, at)).toBe(false)
})

test.each([
  ['names are listened to, now and then', going, 30_000],
  ['by several processes more often', { ...going, share: { nth: 0, of: 2 } }, 5000],
  ['numbers never', { ...going, to: [name('10.0.0.1'), name('fd00::1')] }, undefined],
])('%s', (_, some, expected) => {
  expect(destinations(some, zone([]).resolve, storyClock()).listenMs).toBe(expected)
})

test('a name without an address is said', async () => {
  await expect(destinations(going, zone([]).resolve, storyClock()).of(0)).rejects.toThrow('pods:7000 has no address')
})
