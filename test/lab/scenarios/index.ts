import { Problem } from '../../../src/outcome/problem.ts'
import type { Scenario } from '../scenario.ts'
import { conntrackExpiryServerFirst } from './conntrack-expiry-server-first.ts'
import { conntrackExpiry } from './conntrack-expiry.ts'
import { conntrackFlush } from './conntrack-flush.ts'
import { healthy } from './healthy.ts'
import { keepaliveAbove } from './keepalive-above.ts'
import { keepaliveBelow } from './keepalive-below.ts'
import { singleBackend } from './single-backend.ts'
import { strictConntrack } from './strict-conntrack.ts'

/** Every scenario there is, in the order of the list. To add one: write its file, then its line here. */
export const scenarios: readonly Scenario[] = [
  healthy,
  conntrackExpiry,
  conntrackExpiryServerFirst,
  singleBackend,
  strictConntrack,
  keepaliveBelow,
  keepaliveAbove,
  conntrackFlush,
]

/** Problem when there is none of that name. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find(each => each.name === name)
  if (!found) throw new Problem(`there is no scenario "${name}": "npm run lab -- list" names them all`, 2)
  return found
}
