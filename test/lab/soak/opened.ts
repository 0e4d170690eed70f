import type { Verdict } from '../../../src/outcome/verdict.ts'
import type { Incident } from '../seen/incident.ts'

/** Every verdict that was ever opened, as the client last said it, in the order they opened: a client that starts again counts them anew. */
export function openedVerdicts({ observations }: Pick<Incident, 'observations'>): readonly Verdict[] {
  const last = new Map<string, Verdict>()
  for (const each of observations)
    if (each.type === 'judged') last.set(`${each.pod} ${each.verdict.id} ${each.verdict.openedAt}`, each.verdict)
  return [...last.values()].toSorted((a, b) => a.openedAt - b.openedAt)
}

/** Plans are no fault. Whatever else was told to people counts, also when it was taken back later. */
export const falseAlarms = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.filter(({ planned }) => !planned)
