import { ownOrder, type Order } from '../../src/probes/own-order.ts'
import { isIn, placeOf, turnsOf } from '../../src/probes/place.ts'
import { settling } from '../../src/probes/settled.ts'
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

/** Where each of a client's connections straight to pods leads when it opens, and such servers are known. */
export type Opening = (known: readonly Address[]) => (position: number) => string

/** The clients' memories of where their connections straight to pods go, as `holdCohort` has them; each client is so many processes, which all hear what is known. */
export function openings({ held }: Demand, { orders }: Clients, processes = 1): readonly Opening[] {
  const cohorts = held.filter(({ path }) => path === 'pod').map(layoutOf)
  const places = cohorts.flatMap((layout, cohort) =>
    Array.from({ length: layout.connections }, (_, index) => ({
      cohort,
      nth: index % processes,
      ...placeOf(index, layout),
    })),
  )
  return orders.map(order => {
    const settled = Array.from({ length: processes }, (_, nth) =>
      cohorts.map(layout =>
        settling(turnsOf(0, layout), turn => isIn({ nth, of: processes }, { name: 0, turn }, layout)),
      ),
    )
    return known => {
      const ordered = order(known)
      for (const each of settled.flat()) each.hear(ordered)
      return position => {
        const place = places[position]
        return (place && settled[place.nth]?.[place.cohort]?.take(place.turn)?.host) ?? ''
      }
    }
  })
}

const layoutOf = ({ connections, idle }: HeldDemand) => ({
  connections,
  rungs: idle.kind === 'rungs' ? idle.ms.length : 1,
  names: 1,
})

/** Where connections that open for the first time go: straight to pods by the client's own order, through the Service wherever kube-proxy's luck leads. */
export function assign(
  { held }: Demand,
  opening: readonly Opening[],
  known: (client: number) => readonly Address[],
  chance: Chance,
): Held {
  const [pods, drawn] = [connectionsOf(held, 'pod'), connectionsOf(held, 'service')]
  return {
    pod: opening.map((open, client) => {
      const to = open(known(client))
      return Array.from({ length: pods }, (_, position) => to(position))
    }),
    service: opening.map((_, client) => {
      const all = known(client)
      return Array.from({ length: drawn }, () => chance.pick(all)?.host ?? '')
    }),
  }
}

const connectionsOf = (held: Demand['held'], path: HeldDemand['path']): number =>
  held.filter(each => each.path === path).reduce((sum, { connections }) => sum + connections, 0)

/** A connection stays where it is until its server goes. */
export function reopen(
  held: Held,
  opening: readonly Opening[],
  {
    gone,
    here,
    chance,
  }: { readonly gone: ReadonlySet<string>; readonly here: readonly Address[]; readonly chance: Chance },
): Held {
  return {
    pod: held.pod.map((hosts, client) => {
      const to = opening[client]?.(here)
      return hosts.map((host, position) => (gone.has(host) ? (to?.(position) ?? '') : host))
    }),
    service: held.service.map(hosts => hosts.map(host => (gone.has(host) ? (chance.pick(here)?.host ?? '') : host))),
  }
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
