import { type Setting, type Simulation, simulation } from './simulation.ts'
import { cohortsSilentFor, minutes, questionsEvery } from './usual.ts'

/** Tells a story that lasts so many ms, with few connections and few questions unless it wants more of them. */
export async function story(
  setting: Partial<Setting>,
  lasts: number,
  happens: (sim: Simulation) => void = () => {},
): Promise<Simulation> {
  const sim = simulation({
    seed: 1,
    cohorts: cohortsSilentFor(15 * minutes, 12),
    asks: questionsEvery(minutes),
    lookups: minutes,
    every: minutes,
    ...setting,
  })
  happens(sim)
  await sim.time.until(lasts)
  return sim
}

/** A slow machine takes its time, ms. */
export const timeout = 120_000
