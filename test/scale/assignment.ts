import { placeOf } from '../../src/probes/place.ts'
import { ownOrder, type Order } from '../../src/probes/own-order.ts'
import type { Address } from '../../src/settings/address.ts'
import type { Chance } from '../simulated/chance.ts'
import type { Demand, HeldDemand } from './demand.ts'

/** Thousands of clients, each with the order of servers and the places of connections that a real one has. */
export interface Clients {
  readonly names: readonly string[]
  readonly orders: readonly Order[]
}

export const clients = (count: number): Clients => {
  const names = Array.from(
    { length: count },
    (_, i) => `longhold-client-${(i * 2_654_435_761).toString(36).slice(-5)}${i}`,
  )
  return { names, orders: names.map(ownOrder) }
}

/** Pods of a Deployment get any addresses; `from` is the first, for those that come later. */
export const servers = (count: number, from = 0): Address[] =>
  Array.from({ length: count }, (_, i) => ({ host: `10.244.${(from + i) >> 8}.${(from + i) & 255}`, port: 7000 }))

/** Where every connection of every client is: the host it leads to. Straight to pods first, then through the Service. */
export interface Held {
  readonly pod: (readonly string[])[]
  readonly service: (readonly string[])[]
}

/** Where connections that open now go: straight to pods by the client's own order, through the Service wherever kube-proxy's luck leads. */
export function assign(
  { held }: Demand,
  { orders }: Clients,
  known: (client: number) => readonly Address[],
  chance: Chance,
): Held {
  const [pods, others] = [held.filter(({ path }) => path === 'pod'), held.filter(({ path }) => path === 'service')]
  const drawn = others.reduce((sum, { connections }) => sum + connections, 0)
  return {
    pod: orders.map((order, client) => pods.flatMap(cohort => podPlaces(cohort, order(known(client))))),
    service: orders.map((_, client) => {
      const all = known(client)
      return Array.from({ length: drawn }, () => chance.pick(all)?.host ?? '')
    }),
  }
}

/** As `holdCohort` does it. */
function podPlaces({ connections, idle }: HeldDemand, ordered: readonly Address[]): string[] {
  const rungs = idle.kind === 'rungs' ? idle.ms.length : 1
  return Array.from({ length: connections }, (_, index) => {
    const { turn } = placeOf(index, { rungs, names: 1 })
    return ordered[turn % ordered.length]?.host ?? ''
  })
}

/** How many connections lead to each of `all`. */
export function loads(all: readonly Address[], ...held: readonly (readonly (readonly string[])[])[]): number[] {
  const count = new Map(all.map(({ host }) => [host, 0]))
  for (const group of held)
    for (const client of group) for (const host of client) count.set(host, (count.get(host) ?? 0) + 1)
  return [...count.values()]
}

export interface Spread {
  readonly least: number
  readonly mean: number
  readonly p99: number
  readonly most: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length
  const p99 = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? NaN
  return { least: sorted[0] ?? NaN, mean, p99, most: sorted.at(-1) ?? NaN }
}

/** The share of connections that would lead elsewhere, and of the servers each client knows that it did not know before. */
export function moved(before: readonly (readonly string[])[], after: readonly (readonly string[])[]) {
  let [elsewhere, all, strangers, known] = [0, 0, 0, 0]
  for (const [client, hosts] of before.entries()) {
    const now = after[client] ?? []
    const [were, are] = [new Set(hosts), new Set(now)]
    all += hosts.length
    elsewhere += hosts.filter((host, index) => host !== now[index]).length
    known += are.size
    strangers += [...are].filter(host => !were.has(host)).length
  }
  return { connections: elsewhere / all, peers: strangers / known }
}
