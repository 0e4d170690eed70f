import { type Board, of } from './board.ts'

const each = (metric: string, matchers = '') => ({
  expr: `max by (instance) (${of(metric, matchers)})`,
  legend: '{{instance}}',
})

export const itself: Board = {
  name: 'itself',
  title: 'longhold: itself',
  description: 'Whether what longhold measures is its own noise: stalls, clock, memory, journal, restarts, scrapes.',
  rows: [
    {
      title: 'Noise',
      panels: [
        {
          kind: 'lines',
          title: 'Event loop delay',
          description: 'How late the process is to its own timers. What is measured meanwhile is suspect, and says so.',
          unit: 's',
          queries: [
            {
              expr: `max by (instance, stat) (${of('longhold_event_loop_delay_seconds')})`,
              legend: '{{instance}}: {{stat}}',
            },
          ],
          width: 12,
          noData: 'no longhold is scraped',
        },
        {
          kind: 'bars',
          title: 'Stalls and clock jumps',
          description: 'Stalls long enough to make samples suspect, and times the wall clock jumped.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (instance) (increase(${of('longhold_event_loop_stalls_total')}[$__rate_interval])) > 0`,
              legend: '{{instance}}: stalls',
            },
            {
              expr: `sum by (instance) (increase(${of('longhold_clock_jumps_total')}[$__rate_interval])) > 0`,
              legend: '{{instance}}: clock jumps',
            },
          ],
          width: 12,
          noData: 'none',
        },
        {
          kind: 'bars',
          title: 'Suspect observations',
          description: 'Made meanwhile; no latency of them is counted.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (cohort) (increase(${of('longhold_suspect_observations_total')}[$__rate_interval])) > 0`,
              legend: '{{cohort}}',
            },
            {
              expr: `sum by (probe) (increase(${of('longhold_suspect_questions_total')}[$__rate_interval])) > 0`,
              legend: '{{probe}}',
            },
          ],
          width: 12,
          noData: 'none',
        },
        {
          kind: 'bars',
          title: 'Turned away by the servers',
          description: 'Connections and bytes that are none of ours: a port scan, or another client on our port.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (kind, reason) (increase(${of('longhold_rejected_total')}[$__rate_interval])) > 0`,
              legend: '{{kind}}: {{reason}}',
            },
          ],
          width: 12,
          noData: 'none',
        },
      ],
    },
    {
      title: 'Process',
      panels: [
        {
          kind: 'lines',
          title: 'CPU',
          description: 'Cores in use. A client that holds thousands of connections needs a small part of one.',
          unit: 'none',
          decimals: 2,
          queries: [
            {
              expr: `sum by (instance) (rate(${of('process_cpu_seconds_total')}[$__rate_interval]) and on (instance, job) ${of('longhold_build_info')})`,
              legend: '{{instance}}',
            },
          ],
          width: 8,
          noData: 'no longhold is scraped',
        },
        {
          kind: 'lines',
          title: 'Memory',
          description: 'Resident. It grows with the connections held, and with nothing else.',
          unit: 'bytes',
          queries: [
            {
              expr: `max by (instance) (${of('process_resident_memory_bytes')} and on (instance, job) ${of('longhold_build_info')})`,
              legend: '{{instance}}',
            },
          ],
          width: 8,
          noData: 'no longhold is scraped',
        },
        {
          kind: 'lines',
          title: 'Open files, share of the limit',
          description: 'Each held connection is one.',
          unit: 'percentunit',
          queries: [
            {
              expr: `max by (instance) (${of('process_open_fds')} / (${of('process_max_fds')} > 0) and on (instance, job) ${of('longhold_build_info')})`,
              legend: '{{instance}}',
            },
          ],
          width: 8,
          alarmAt: 0.8,
          noData: 'no longhold is scraped',
        },
        {
          kind: 'bars',
          title: 'Restarts',
          description: 'Times a process began anew in the interval. Connections that were open have no fate then.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (instance) (changes(${of('process_start_time_seconds')}[$__rate_interval]) and on (instance, job) ${of('longhold_build_info')}) > 0`,
              legend: '{{instance}}',
            },
          ],
          width: 8,
          noData: 'none',
        },
        {
          kind: 'lines',
          title: 'Scrape duration',
          description: 'How long Prometheus waited for the metrics.',
          unit: 's',
          queries: [
            {
              expr: `max by (instance) (${of('scrape_duration_seconds')} and on (instance, job) ${of('longhold_build_info')})`,
              legend: '{{instance}}',
            },
          ],
          width: 8,
          noData: 'no longhold is scraped',
        },
        {
          kind: 'lines',
          title: 'Journal',
          description:
            'Its size on disk. One that no longer grows after a full disk has stopped (longhold_journal_stopped).',
          unit: 'bytes',
          queries: [each('longhold_journal_bytes')],
          width: 8,
          noData: 'no journal is kept',
        },
      ],
    },
    {
      title: 'Parts',
      panels: [
        {
          kind: 'table',
          title: 'Parts that do not do their job',
          description: '/readyz of that process says why.',
          unit: 'none',
          queries: [{ expr: `${of('longhold_ready')} == 0`, legend: '' }],
          width: 12,
          noData: 'none: every part does its job',
        },
        {
          kind: 'table',
          title: 'Versions that run',
          description: 'Of longhold and of Node.',
          unit: 'none',
          queries: [{ expr: `count by (version, node_version) (${of('longhold_build_info')})`, legend: '' }],
          width: 12,
          noData: 'no longhold is scraped',
        },
      ],
    },
  ],
}
