import { chance } from '../simulated/chance.ts'
import { assign, clients, loads, moved, openings, servers, type Spread, spreadOf } from './assignment.ts'
import type { Demand } from './demand.ts'
import type { Size } from './load.ts'
import { onlyPods } from './simulated.ts'

/** What one server more does to the connections straight to pods, once the silences are over in which they heard of it. */
export interface Added {
  /** The share of them that moved. */
  readonly moved: number
  /** How many each server has. */
  readonly held: Spread
  /** How many the new one has. */
  readonly came: number
}

export function addOne(demand: Demand, { nodes, servers: count }: Size, processes = 1): Added {
  const luck = chance(nodes)
  const pods = onlyPods(demand)
  const opening = openings(pods, clients(nodes), processes)
  const [before, now] = [servers(count), servers(count + 1)]
  const [first, then] = [before, now].map(all => assign(pods, opening, () => all, luck).pod)
  const counts = loads(now, then ?? [])
  return { moved: moved(first ?? [], then ?? []).connections, held: spreadOf(counts), came: counts.at(-1) ?? NaN }
}
