import type { Health } from './api/health.ts'
import type { State } from './cluster/state.ts'
import type { KubernetesFacts } from './facts.ts'
import { mostKept } from './objects/kept.ts'
import { type Kind, kinds } from './resources.ts'

type Missing = KubernetesFacts['missing']

/** What nobody can say, kind by kind, and why. */
export const missingOf = (state: State, health: Readonly<Record<Kind, Health>>): Missing =>
  kinds.flatMap(kind => missingOfKind(kind, state, health[kind]))

function missingOfKind(kind: Kind, { listed, cut }: State, { why, only, unreadable }: Health): Missing {
  const missing: { what: string; why: string }[] = []
  if (!listed.has(kind)) missing.push({ what: kind, why: why ?? 'not listed yet' })
  else if (why !== undefined) missing.push({ what: `changes of ${kind}`, why })
  if (only && listed.has(kind)) missing.push({ what: `${kind} outside of namespace ${only.namespace}`, why: only.why })
  if (cut.has(kind))
    missing.push({ what: `some ${kind}`, why: `there are more than ${mostKept}: the rest is not kept` })
  if (unreadable > 0) missing.push({ what: `some ${kind}`, why: `${unreadable} were not understood` })
  return missing
}

/** The last word of the kind that has been silent for longest, among those that once were heard and now are not. */
export function staleSince(health: Readonly<Record<Kind, Health>>): number | undefined {
  const silent = kinds.map(kind => health[kind]).filter(({ why }) => why !== undefined)
  const times = silent.map(({ heardAt }) => heardAt).filter(at => at !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}
