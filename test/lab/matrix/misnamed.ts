import type { Scenario } from '../scenario.ts'
import type { Incident } from '../seen/incident.ts'
import { type Named, namedAgain, namedIn } from './named.ts'
import { gradeOf } from './score.ts'

/**
 * Why the rules as they are now are not right about a run: with the agent it has to be named exactly, without it at least
 * by its family. Nothing: they are.
 */
export function misnamed(staged: Pick<Scenario, 'verdict' | 'withoutAgent'>, incident: Incident): string | undefined {
  const [withAgent, withoutAgent] = [true, false].map(agent => namedAgain(incident, { agent })) as [
    readonly Named[],
    readonly Named[],
  ]
  if (gradeOf(staged, withAgent) !== 'exact') return `${words(withAgent)}, expected ${staged.verdict ?? 'nothing'}`
  if (!['exact', 'family'].includes(gradeOf(staged, withoutAgent, staged.withoutAgent)))
    return `without the agent ${words(withoutAgent)}, expected ${staged.verdict ?? 'nothing'} or its family`
  return undefined
}

/** The same of what the client itself said then. */
export function misnamedThen(staged: Pick<Scenario, 'verdict'>, incident: Incident): string | undefined {
  const said = namedIn(incident)
  if (gradeOf(staged, said) === 'exact') return undefined
  return `the client named ${words(said)}, expected ${staged.verdict ?? 'nothing'}`
}

/** Whether anything can be judged at all. */
export const hasEvidence = ({ observations }: Incident): boolean => observations.some(({ type }) => type === 'examined')

const words = (named: readonly Named[]): string => named.map(({ name }) => name).join(' + ') || 'nothing'
