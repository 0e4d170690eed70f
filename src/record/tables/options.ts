import type { SocketOptions } from '../../outcome/observation.ts'
import type { CohortSeries, Snapshot } from '../snapshot.ts'
import { type Cell, flexible, left, plain, type Table, toned } from './table.ts'
import { span } from './words.ts'

/** What was asked of the kernel, and what it really set. */
export function optionsTable({ cohorts }: Snapshot): Table {
  return {
    title: 'Socket options, configured and effective',
    columns: [
      left('Side'),
      flexible('Cohort'),
      left('Path'),
      left('Kind'),
      ...['Keepalive', 'Effective', 'User timeout', 'Effective'].map(left),
    ],
    rows: cohorts.flatMap(row),
    empty: 'no connection opened yet: nothing was read back.',
  }
}

function row({ side, cohort, path, kind, options }: CohortSeries): Cell[][] {
  if (!options) return []
  const { configured, effective } = options
  return [
    [
      ...[side, cohort, path, kind].map(plain),
      ...both(keepalive, configured, effective),
      ...both(user, configured, effective),
    ],
  ]
}

function both(write: (options: SocketOptions) => string, configured: SocketOptions, effective: SocketOptions): Cell[] {
  const [asked, set] = [write(configured), write(effective)]
  return [plain(asked), toned(set, asked === set ? 'good' : 'bad')]
}

function keepalive({ keepalive }: SocketOptions): string {
  if (!keepalive) return 'off'
  const { idleS, intervalS, count } = keepalive
  return `after ${span(idleS * 1000)}, ${count} x ${span(intervalS * 1000)}`
}

const user = ({ userTimeoutMs }: SocketOptions): string => (userTimeoutMs === 0 ? 'none' : span(userTimeoutMs))
