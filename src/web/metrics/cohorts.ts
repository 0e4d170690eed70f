import { everyCohort } from '../../outcome/observation.ts'
import type { SocketOptions } from '../../outcome/socket.ts'
import { type CohortSeries, isFault } from '../../record/snapshot.ts'
import type { Buckets } from '../../stats/buckets.ts'
import { cohortLabels, cohortOf, histogram, type Metric, one, type Sample } from './definition.ts'
import { exemplarOf } from './exemplar.ts'

/** Metrics of held connections: one set of series for each cohort and side. */
export const cohortMetrics: readonly Metric[] = [
  of('gauge', 'connections_open', 'Held connections that are open now.', ({ open }) => open),
  of('counter', 'connections_opened_total', 'Held connections that came up.', ({ opened }) => opened),
  of('counter', 'exchanges_total', 'Silences that were broken and answered.', ({ exchanges }) => exchanges),
  {
    name: 'longhold_connection_ends_total',
    type: 'counter',
    help: 'Held connections, and attempts to open one, that came to their end, by what became of them.',
    labels: [...cohortLabels, 'fate', 'phase', 'planned'],
    samples: now =>
      now.snapshot.cohorts.flatMap(series => {
        const why = exemplarOf(now, `${series.kind}/${series.cohort}`)
        return series.ends.map(({ fate, phase, planned, count }) => ({
          ...one(count, { fate, phase, planned: String(planned) }, cohortOf(series)),
          ...(count > 0 && isFault({ fate, planned }) && series.side === 'client' && why),
        }))
      }),
  },
  of(
    'counter',
    'idle_exposure_seconds_total',
    'Connection-seconds spent idle: the denominator of every reset rate.',
    ({ exposureMs }) => exposureMs / 1000,
  ),
  of(
    'counter',
    'fateless_total',
    'Connections that were open when the process before this one was gone: nobody saw their fate.',
    ({ fateless }) => fateless,
  ),
  of(
    'counter',
    'zombies_total',
    'Connections we still thought alive when the other side had long lost them.',
    c => c.zombies,
  ),
  of(
    'counter',
    'suspect_observations_total',
    'Observations made while the event loop stalled or the clock jumped.',
    ({ suspects }) => suspects,
  ),
  ages('idle_age_at_death_seconds', 'Silence in or after which a connection died unplanned.', c => c.idleAtDeath),
  ages('connection_lifetime_seconds', 'From opened to ended, whatever the end.', c => c.lifetime),
  ages(
    'exchange_latency_seconds',
    'From ping to pong over a connection that had been silent.',
    c => c.exchange.classic,
  ),
  ages('connect_latency_seconds', 'From the SYN (or the accept) to the answered hello.', c => c.connect.classic),
  of('gauge', 'sweep_connections', 'Idle connections seen by the last TCP_INFO sweep.', c => c.sweep?.connections),
  of(
    'gauge',
    'sweep_probing_connections',
    'Of those, connections with keepalive probes sent and not answered.',
    ({ sweep }) => sweep?.probing,
  ),
  of(
    'gauge',
    'sweep_backing_off_connections',
    'Of those, connections with data sent, not acknowledged, and backing off.',
    ({ sweep }) => sweep?.backingOff,
  ),
  of('gauge', 'sweep_oldest_ack_age_seconds', 'Longest time since any ACK came, in the last sweep.', ({ sweep }) =>
    sweep ? sweep.oldestAckMs / 1000 : undefined,
  ),
  option(
    'keepalive_idle_seconds',
    'Silence before the first keepalive probe (TCP_KEEPIDLE), 0 where keepalive is off',
    o => o.keepalive?.idleS,
  ),
  option(
    'keepalive_interval_seconds',
    'Time between keepalive probes (TCP_KEEPINTVL), 0 where keepalive is off',
    o => o.keepalive?.intervalS,
  ),
  option(
    'keepalive_probes',
    'Unanswered probes before the kernel gives up (TCP_KEEPCNT), 0 where keepalive is off',
    o => o.keepalive?.count,
  ),
  option('user_timeout_seconds', "TCP_USER_TIMEOUT, 0 for the kernel's own", o => o.userTimeoutMs / 1000),
]

/** A metric with one series for each cohort; a cohort for which `read` finds nothing has none. */
function of(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  read: (series: CohortSeries) => number | undefined,
): Metric {
  return {
    name: `longhold_${name}`,
    type,
    help,
    labels: cohortLabels,
    samples: each(series => {
      const value = read(series)
      return value === undefined ? [] : [one(value, {}, cohortOf(series))]
    }),
  }
}

function ages(name: string, help: string, read: (series: CohortSeries) => Buckets): Metric {
  return {
    name: `longhold_${name}`,
    type: 'histogram',
    help,
    labels: cohortLabels,
    samples: each(series => histogram(`longhold_${name}`, cohortOf(series), read(series))),
  }
}

/** A socket option twice over: as it was asked for, and as it was read back from the kernel. */
function option(name: string, help: string, read: (options: SocketOptions) => number | undefined): Metric {
  return {
    name: `longhold_${name}`,
    type: 'gauge',
    help: `${help}: as configured, and as the kernel has it.`,
    labels: [...cohortLabels, 'as'],
    samples: ({ snapshot: { cohorts, listeners } }) => {
      const inherited = listeners.map(({ kind, configured, effective }) => ({
        of: { side: 'server', kind, cohort: everyCohort, path: 'service' } as const,
        options: { configured, effective },
      }))
      const own = cohorts.map(series => ({ of: series, options: series.options ?? {} }))
      return [...inherited, ...own].flatMap(({ of, options }) =>
        Object.entries(options).map(([as, each]) => one(read(each) ?? 0, { as }, cohortOf(of))),
      )
    },
  }
}

function each(samples: (series: CohortSeries) => readonly Sample[]): Metric['samples'] {
  return ({ snapshot }) => snapshot.cohorts.flatMap(samples)
}
