import { fates } from '../../outcome/fate.ts'
import { isFault, type Snapshot } from '../../record/snapshot.ts'
import { type Metric, one, type Sample } from './definition.ts'

/** One number to alert on: everything that went wrong, whatever it was. The other metrics say what. */
export const faultMetrics: readonly Metric[] = [
  {
    name: 'longhold_faults_total',
    type: 'counter',
    help: 'Unplanned ends and unanswered questions together: what the other metrics tell apart.',
    labels: ['side', 'kind'],
    samples: ({ snapshot }) => [...sum(snapshot)].map(([key, count]) => sample(key, count)),
  },
]

function sum({ cohorts, probes }: Snapshot): Map<string, number> {
  const sums = new Map<string, number>()
  const add = (side: string, kind: string, count: number) =>
    sums.set(`${side} ${kind}`, (sums.get(`${side} ${kind}`) ?? 0) + count)
  for (const { side, kind, ends } of cohorts)
    add(
      side,
      kind,
      ends.filter(isFault).reduce((all, { count }) => all + count, 0),
    )
  for (const { side, kind, fates: counts } of probes)
    for (const fate of fates) add(side, kind, isFault({ fate, planned: false }) ? counts[fate] : 0)
  return sums
}

function sample(key: string, count: number): Sample {
  const [side = '', kind = ''] = key.split(' ')
  return one(count, { side, kind })
}
