import { entries } from '../../handbook/entries.ts'
import type { Snapshot } from '../../record/snapshot.ts'
import { type Metric, one, type Sample } from './definition.ts'

/** Metrics of verdicts: a series for every name there is, from the first scrape, whatever was found. */
export const verdictMetrics: readonly Metric[] = [
  {
    name: 'longhold_verdict_active',
    type: 'gauge',
    help: 'Open verdicts by name: what is wrong now. Planned ones (a rollout, a restart) are no fault and count nowhere.',
    labels: ['verdict', 'family'],
    samples: ({ snapshot: { verdicts } }) =>
      everyName(
        verdicts.filter(({ state, planned }) => state === 'open' && !planned).map(each => ({ ...each, count: 1 })),
      ),
  },
  {
    name: 'longhold_verdicts_total',
    type: 'counter',
    help: 'Verdicts that opened, by name; planned ones are left out. What no rule of this version names is `other`.',
    labels: ['verdict', 'family'],
    samples: ({ snapshot: { verdictCounts } }) =>
      everyName(verdictCounts.map(({ opened, planned, ...each }) => ({ ...each, count: opened - planned }))),
  },
]

type Counted = Pick<Snapshot['verdictCounts'][number], 'name' | 'family'> & { readonly count: number }

/** A sample for each name; a journal of another version may bring some we do not know. */
function everyName(found: readonly Counted[]): Sample[] {
  const sums = new Map(entries.map(({ name, family }) => [keyOf({ name, family }), 0]))
  for (const { name, family, count } of found) {
    const key = sums.has(keyOf({ name, family })) ? keyOf({ name, family }) : keyOf({ name: 'other', family })
    if (count > 0) sums.set(key, (sums.get(key) ?? 0) + count)
  }
  return [...sums].map(([key, count]) => {
    const [verdict = '', family = ''] = key.split(' ')
    return one(count, { verdict, family })
  })
}

const keyOf = ({ name, family }: Pick<Counted, 'name' | 'family'>): string => `${name} ${family}`
