import { chance } from '../simulated/chance.ts'
import { assign, clients, loads, openings, reopen, servers } from './assignment.ts'
import type { Demand } from './demand.ts'
import type { Size } from './load.ts'
import { onlyPods } from './simulated.ts'

/**
 * What became of the connections straight to pods once every server was replaced by a new one, one after the other, within their
 * silences: afterwards is when these are over, and whoever has his place elsewhere has moved.
 */
export interface Worn {
  /** Servers that a client has connections to, in the mean: at first, and afterwards. */
  readonly peers: { readonly before: number; readonly after: number }
  /** Connections of one client to one server, the most: at first, and afterwards. */
  readonly most: { readonly before: number; readonly after: number }
  /** The fullest server, in multiples of the mean: on the way, and afterwards. */
  readonly fullest: { readonly peak: number; readonly after: number }
}

/** A new one is ready before an old one goes. `processes`: of each client. */
export function replaceOneByOne(demand: Demand, { nodes, servers: count }: Size, processes = 1): Worn {
  const luck = chance(nodes)
  const pods = onlyPods(demand)
  const opening = openings(pods, clients(nodes), processes)
  let here = servers(count)
  let held = assign(pods, opening, () => here, luck)
  const before = held.pod
  let peak = 0
  for (let replaced = 0; replaced < count; replaced += 1) {
    const gone = new Set(here.slice(0, 1).map(({ host }) => host))
    here = [...here.slice(1), ...servers(1, count + replaced)]
    held = reopen(held, opening, { gone, here, chance: luck })
    peak = Math.max(peak, fullest(here, held.pod))
  }
  const after = assign(pods, opening, () => here, luck).pod
  return {
    peers: { before: peersOf(before), after: peersOf(after) },
    most: { before: mostOf(before), after: mostOf(after) },
    fullest: { peak, after: fullest(here, after) },
  }
}

type Pods = readonly (readonly string[])[]

function fullest(here: ReturnType<typeof servers>, held: Pods): number {
  const all = loads(here, held)
  return (Math.max(...all) * all.length) / all.reduce((sum, each) => sum + each, 0)
}

const peersOf = (held: Pods): number => held.reduce((sum, hosts) => sum + new Set(hosts).size, 0) / held.length

const mostOf = (held: Pods): number => Math.max(...held.map(hosts => Math.max(...tallied(hosts).values())))

const tallied = (hosts: readonly string[]): Map<string, number> =>
  hosts.reduce((tally, host) => tally.set(host, (tally.get(host) ?? 0) + 1), new Map<string, number>())
