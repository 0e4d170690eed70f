import { everyCohort } from '../../outcome/observation.ts'
import type { SocketOptions } from '../../outcome/socket.ts'
import type { CohortSeries, ListenerSeries, Snapshot } from '../snapshot.ts'
import { type Cell, flexible, left, plain, type Table, toned } from './table.ts'
import { span } from './words.ts'

/** What was asked of the kernel, and what it really set. */
export function optionsTable({ cohorts, listeners }: Snapshot): Table {
  return {
    title: 'Socket options, configured and effective',
    columns: [
      left('Side'),
      flexible('Cohort'),
      left('Path'),
      left('Kind'),
      ...['Keepalive', 'Effective', 'User timeout', 'Effective'].map(left),
    ],
    rows: [...listeners.map(listenerRow), ...cohorts.flatMap(row)],
    empty: 'no connection opened yet: nothing was read back.',
  }
}

function row({ side, cohort, path, kind, options }: CohortSeries): Cell[][] {
  return options ? [[...[side, cohort, path, kind].map(plain), ...compared(options)]] : []
}

const listenerRow = ({ kind, ...options }: ListenerSeries): Cell[] => [
  ...['server', everyCohort, '', kind].map(plain),
  ...compared(options),
]

const compared = ({ configured, effective }: Pick<ListenerSeries, 'configured' | 'effective'>): Cell[] => [
  ...both(keepaliveText, configured, effective),
  ...both(user, configured, effective),
]

function both(write: (options: SocketOptions) => string, configured: SocketOptions, effective: SocketOptions): Cell[] {
  const [asked, set] = [write(configured), write(effective)]
  return [plain(asked), toned(set, asked === set ? 'good' : 'bad')]
}

/** `after 1m, 3 x 10s`, or `off`. */
export function keepaliveText({ keepalive }: SocketOptions): string {
  if (!keepalive) return 'off'
  const { idleS, intervalS, count } = keepalive
  return `after ${span(idleS * 1000)}, ${count} x ${span(intervalS * 1000)}`
}

const user = ({ userTimeoutMs }: SocketOptions): string => (userTimeoutMs === 0 ? 'none' : span(userTimeoutMs))
