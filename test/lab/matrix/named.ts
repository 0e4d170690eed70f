import { diagnostician } from '../../../src/diagnosis/diagnose.ts'
import type { Verdict } from '../../../src/outcome/verdict.ts'
import type { Incident, Seen } from '../seen/incident.ts'

/** What longhold named in a run: each verdict that was not superseded, planned ones left out, by name and variant. */
export interface Named {
  readonly name: string
  readonly family: string
  readonly level: Verdict['confidence']['level']
  readonly says: string
}

/** As the clients themselves said it. */
export const namedIn = (incident: Incident): readonly Named[] => named(verdictsIn(incident))

/** Every verdict the clients came to, in the order they opened, changed and closed. */
export const verdictsIn = ({ observations }: Pick<Incident, 'observations'>): readonly Verdict[] =>
  observations.flatMap(each =>
    each.type === 'judged' ? [{ ...each.verdict, id: `${each.pod} ${each.verdict.id}` }] : [],
  )

/** Judged again, from what was observed: with all evidence, or as if the node had no agent. */
export function namedAgain(incident: Incident, { agent }: { readonly agent: boolean }): readonly Named[] {
  return named(verdictsAgain(incident, { agent }))
}

/** Every verdict each client comes to, in the order they open, change and close. */
export function verdictsAgain({ observations }: Incident, { agent }: { readonly agent: boolean }): readonly Verdict[] {
  const clients = new Set(observations.filter(({ half }) => half === 'client').map(({ pod }) => pod))
  return [...clients].flatMap(pod => {
    const judge = diagnostician()
    return observations
      .filter(each => each.half === 'client' && each.pod === pod)
      .flatMap(each =>
        judge.fold(agent ? each : withoutAgent(each)).map(verdict => ({ ...verdict, id: `${pod} ${verdict.id}` })),
      )
  })
}

function withoutAgent(seen: Seen): Seen {
  if (seen.type !== 'examined') return seen
  const { node: _, ...evidence } = seen.evidence
  return { ...seen, evidence }
}

export function named(verdicts: readonly Verdict[]): readonly Named[] {
  const last = new Map(verdicts.map(verdict => [verdict.id, verdict]))
  const names = new Map<string, Named>()
  for (const { name, variant, family, confidence, says, planned, supersededBy } of last.values())
    if (!planned && supersededBy === undefined) {
      const full = variant === undefined ? name : `${name}/${variant}`
      names.set(full, { name: full, family, level: confidence.level, says })
    }
  return [...names.values()]
}
