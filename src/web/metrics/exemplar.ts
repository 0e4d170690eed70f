import type { Now } from './definition.ts'

/** What leads from a point in a graph to why (OpenMetrics 1.0, exemplars): the verdict on it, as `/api/verdicts` has it. */
export interface Exemplar {
  readonly labelSet: { readonly verdict: string; readonly verdict_id: string }
  readonly value: number
  /** Epoch s. */
  readonly timestamp: number
}

/** The newest verdict on a series, by its name in verdicts (`tcp-hold/quiet`, `dns/cluster fresh`); plans are none. */
export function exemplarOf({ snapshot }: Now, series: string): { readonly exemplar?: Exemplar } {
  const [newest] = snapshot.verdicts
    .filter(({ planned, series: all }) => !planned && all.includes(series))
    .toSorted((a, b) => b.lastAt - a.lastAt)
  if (!newest) return {}
  const labelSet = { verdict: newest.name, verdict_id: newest.id }
  return { exemplar: { labelSet, value: 1, timestamp: newest.lastAt / 1000 } }
}
