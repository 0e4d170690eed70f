import { isFault, type ProbeSeries, type Snapshot } from '../snapshot.ts'
import { fates } from '../../outcome/fate.ts'
import { percentile } from './cohorts.ts'
import { type Cell, flexible, left, nothing, plain, right, type Table } from './table.ts'
import { counted, latency, listed } from './words.ts'

/** Every series of questions. A question that timed out is `late` when its answer came after all, and else `lost`. */
export function probesTable({ probes }: Snapshot): Table {
  return {
    title: 'DNS and UDP',
    columns: [
      flexible('Probe'),
      left('Server'),
      left('Mode'),
      ...['Asked', 'Ok', 'Timeout', 'Late', 'Lost', 'Other'].map(right),
      flexible('Strays'),
      flexible('Rcodes'),
      ...['p50', 'p99', 'Max'].map(right),
      left('Stamp'),
    ],
    rows: probes.map(row),
    empty: 'no DNS or UDP probe is configured.',
  }
}

function row(series: ProbeSeries): Cell[] {
  const { probe, server, mode, asked, fates: counts, strays, rcodes, truncated, stamp } = series
  const { late, ...others } = strays
  const faults = fates.filter(fate => isFault({ fate, planned: false })).reduce((sum, fate) => sum + counts[fate], 0)
  return [
    plain(probe),
    plain(server),
    plain(mode),
    counted(asked),
    counted(counts.ok),
    counted(counts.timeout, 'bad'),
    counted(late, 'warn'),
    counted(Math.max(0, counts.timeout - late), 'bad'),
    counted(faults - counts.timeout, 'bad'),
    listed({ ...others, truncated }, 'warn'),
    rcodesCell(rcodes),
    percentile(series.latency, 50),
    percentile(series.latency, 99),
    maximum(series),
    stamp ? plain(stamp) : nothing,
  ]
}

/** All but NOERROR, which needs no saying; others than NXDOMAIN say that the server could not, or would not. */
function rcodesCell(rcodes: ProbeSeries['rcodes']): Cell {
  const others = Object.entries(rcodes).filter(([rcode]) => rcode !== 'NOERROR')
  return listed(Object.fromEntries(others), others.some(([rcode]) => rcode !== 'NXDOMAIN') ? 'warn' : undefined)
}

function maximum({ latency: { all } }: ProbeSeries): Cell {
  return all.totalCount === 0 ? nothing : plain(latency(all.maxValue))
}
