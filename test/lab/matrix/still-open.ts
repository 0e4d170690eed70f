import type { Verdict } from '../../../src/outcome/verdict.ts'
import type { Incident } from '../seen/incident.ts'

/**
 * Which of these verdicts (named.ts: an id begins with the pod that said it) wait for their end, as they were last told.
 * Those of a client that was replaced by another wait for nothing: nobody is there to close them.
 */
export function stillOpen(
  verdicts: readonly Verdict[],
  { observations }: Pick<Incident, 'observations'>,
): readonly Verdict[] {
  const running = new Map<string, number>()
  for (const { type, half, pod, at } of observations)
    if (type === 'began' && half === 'client') running.set(pod, Math.max(at, running.get(pod) ?? 0))
  const last = new Map(verdicts.map(each => [`${each.id} ${each.openedAt}`, each]))
  return [...last.values()].filter(
    ({ id, state, planned, openedAt }) =>
      state === 'open' && !planned && openedAt >= (running.get(id.split(' ', 1)[0] ?? '') ?? 0),
  )
}
