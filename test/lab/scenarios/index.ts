import { Problem } from '../../../src/outcome/problem.ts'
import type { Scenario } from '../scenario.ts'
import { conntrackExpiry } from './conntrack-expiry.ts'
import { healthy } from './healthy.ts'

/** Every scenario there is. To add one: write its file, then its line here. */
export const scenarios: readonly Scenario[] = [healthy, conntrackExpiry]

/** Problem when there is none of that name. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find(each => each.name === name)
  if (!found) throw new Problem(`there is no scenario "${name}": "npm run lab -- list" names them all`, 2)
  return found
}
