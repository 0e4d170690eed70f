import { namedAgain } from './lab/matrix/named.ts'
import { readIncident } from './lab/seen/incident-files.ts'

/** What is named in a recorded run, with the evidence of the agent and without: `test/incidents`, by its folder. */
export function recorded(folder: string): {
  readonly withAgent: readonly string[]
  readonly withoutAgent: readonly string[]
} {
  const incident = readIncident(new URL(`./incidents/${folder}`, import.meta.url).pathname)
  const names = (agent: boolean) => namedAgain(incident, { agent }).map(({ name }) => name)
  return { withAgent: names(true), withoutAgent: names(false) }
}
