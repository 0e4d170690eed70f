import { chance } from '../simulated/chance.ts'
import { assign, clients, loads, moved, openings, type Spread, servers, spreadOf } from './assignment.ts'
import type { Demand } from './demand.ts'
import type { Size } from './load.ts'
import { replaceAll, type Replaced } from './replaced.ts'
import { type Rhythm, rhythmOf, within } from './rhythm.ts'

/** What became of that many clients with the very order and places of the code. */
export interface Simulated {
  readonly connections: Spread
  /** Those straight to pods alone: the clients' own order. */
  readonly pods: Spread
  /** A client that begins anew once a server came, or went, against one that began before. */
  readonly comes: Moved
  readonly goes: Moved
  readonly replaced: Replaced
}
type Moved = ReturnType<typeof moved>

export function simulate(demand: Demand, { nodes, servers: count }: Size): Simulated {
  const luck = chance(nodes)
  const [crowd, all] = [clients(nodes), servers(count)]
  const held = assign(demand, openings(demand, crowd), () => all, luck)
  const podsWith = (known: ReturnType<typeof servers>) =>
    assign(onlyPods(demand), openings(demand, crowd), () => known, luck).pod
  return {
    connections: spreadOf(loads(all, held.pod, held.service)),
    pods: spreadOf(loads(all, held.pod)),
    comes: moved(held.pod, podsWith([...all, ...servers(1, count)])),
    goes: moved(held.pod, podsWith(all.slice(1))),
    replaced: replaceAll(demand, crowd, { count, chance: luck }),
  }
}

export const onlyPods = (demand: Demand): Demand => ({
  ...demand,
  held: demand.held.filter(({ path }) => path === 'pod'),
})

/** Each client hears of so many servers only, others each time: an answer cut over UDP that nobody asks again for over TCP. */
export function simulateCut(demand: Demand, { nodes, servers: count }: Size, heard: number): Spread {
  const luck = chance(nodes)
  const all = servers(count)
  const cut = () => {
    const from = Math.floor(luck.between(0, count))
    return Array.from({ length: heard }, (_, i) => all[(from + i) % count]).filter(each => each !== undefined)
  }
  return spreadOf(loads(all, assign(onlyPods(demand), openings(demand, clients(nodes)), cut, luck).pod))
}

/** How clients may begin, and what one server then hears. */
export const stories = [
  { name: 'all in the same second', ms: 1000 },
  { name: 'within 30 s', ms: 30_000 },
  { name: 'within 5 min: a DaemonSet that rolls', ms: 300_000 },
  { name: 'within 1 h', ms: 3_600_000 },
  { name: 'connections opened anew by a goodbye that all hear in one second', ms: 0, reopened: true },
] as const

export function rhythms(demand: Demand, { nodes, servers: count }: Size): (Rhythm & { readonly name: string })[] {
  return stories.map(({ name, ms, ...more }) => {
    const luck = chance(nodes)
    const story = { clients: nodes, servers: count, chance: luck, begins: within(ms, luck), ...more }
    return { name, ...rhythmOf(demand, story) }
  })
}
