import type { Address } from '../../src/settings/address.ts'
import type { Chance } from '../simulated/chance.ts'
import { assign, type Clients, loads, openings, reopen, servers } from './assignment.ts'
import type { Demand } from './demand.ts'
import { type Strategy, usualStrategy } from './rollout.ts'

/** What a rolling update of all servers does to real orders, connection by connection; in multiples of the mean before it. */
export interface Replaced {
  readonly peak: number
  readonly most: number
  readonly least: number
  readonly reopened: number
  /** The most connections any server is asked to open in one step. */
  readonly herd: number
}

/** The same steps as `rollingUpdate`, with connections in place of shares. */
export function replaceAll(
  demand: Demand,
  crowd: Clients,
  {
    count,
    strategy = usualStrategy,
    chance,
  }: { readonly count: number; readonly strategy?: Strategy; readonly chance: Chance },
): Replaced {
  const unavailable = Math.floor(count * strategy.maxUnavailable)
  const surge = Math.max(Math.ceil(count * strategy.maxSurge), unavailable === 0 ? 1 : 0)
  let old = servers(count)
  let fresh: Address[] = []
  const opening = openings(demand, crowd)
  let held = assign(demand, opening, () => old, chance)
  const total = crowd.names.length * demand.connections
  const mean = total / count
  let [peak, reopened, herd] = [0, 0, 0]
  while (old.length > 0) {
    const going = Math.min(old.length, old.length + fresh.length - (count - unavailable))
    const gone = new Set(old.slice(0, going).map(({ host }) => host))
    old = old.slice(going)
    const here = [...old, ...fresh]
    const before = loads(here, held.pod, held.service)
    held = reopen(held, opening, { gone, here, chance })
    const now = loads(here, held.pod, held.service)
    const came = now.map((load, index) => load - (before[index] ?? 0))
    reopened += came.reduce((sum, each) => sum + each, 0)
    herd = Math.max(herd, ...came)
    peak = Math.max(peak, ...now)
    const more = Math.min(count - fresh.length, count + surge - here.length)
    fresh = [...fresh, ...servers(more, count + fresh.length)]
  }
  const after = loads(fresh, held.pod, held.service)
  return {
    peak: peak / mean,
    most: Math.max(...after) / mean,
    least: Math.min(...after) / mean,
    reopened: reopened / total,
    herd: herd / mean,
  }
}
