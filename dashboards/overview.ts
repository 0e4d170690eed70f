import { type Board, held, of, unplanned } from './board.ts'

const per1000Hours = (window: string, by: string) =>
  `1000 * 3600 * sum by (${by}) (rate(${held('longhold_connection_ends_total', unplanned)}[${window}])) / (sum by (${by}) (rate(${held('longhold_idle_exposure_seconds_total')}[${window}])) > 0)`

const page = {
  title: 'what it means',
  url: 'http://${__data.fields.instance}/explain?verdict=${__data.fields.verdict}',
}

export const overview: Board = {
  name: 'overview',
  title: 'longhold: overview',
  description:
    'What kills idle connections, and what DNS and UDP questions meet. Every rate is next to the exposure it was measured over.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'stat',
          title: 'Open verdicts',
          description:
            'What longhold names now, plans left out. 0 is well: nothing is named that is not proven or likely.',
          unit: 'none',
          queries: [{ expr: `sum(${of('longhold_verdict_active')})`, legend: 'open' }],
          width: 4,
          height: 4,
          alarmAt: 1,
          noData: 'no longhold is scraped',
        },
        {
          kind: 'stat',
          title: 'Connections held',
          description: 'Open now, as the clients count them.',
          unit: 'none',
          queries: [{ expr: `sum(${held('longhold_connections_open')})`, legend: 'open' }],
          width: 4,
          height: 4,
          noData: 'no client is scraped',
        },
        {
          kind: 'stat',
          title: 'Lost per 1000 connection-hours',
          description: 'Unplanned ends in the time shown, per thousand hours that connections were held idle.',
          unit: 'none',
          decimals: 1,
          queries: [
            {
              expr: `1000 * 3600 * sum(increase(${held('longhold_connection_ends_total', unplanned)}[$__range])) / (sum(increase(${held('longhold_idle_exposure_seconds_total')}[$__range])) > 0)`,
              legend: 'lost',
            },
          ],
          width: 4,
          height: 4,
          noData: 'nothing was held',
        },
        {
          kind: 'stat',
          title: 'Connection-hours',
          description: 'How long connections were held idle in the time shown: what every rate here is measured over.',
          unit: 'h',
          decimals: 1,
          queries: [
            { expr: `sum(increase(${held('longhold_idle_exposure_seconds_total')}[$__range])) / 3600`, legend: 'held' },
          ],
          width: 4,
          height: 4,
          noData: 'nothing was held',
        },
        {
          kind: 'stat',
          title: 'DNS questions in vain',
          description: 'Questions that met their timeout in the time shown: an application waits 5 s for each.',
          unit: 'none',
          decimals: 0,
          queries: [
            {
              expr: `sum(increase(${of('longhold_asked_total', 'kind="dns",fate="timeout"')}[$__range]))`,
              legend: 'lost',
            },
          ],
          width: 4,
          height: 4,
          alarmAt: 1,
          noData: 'no DNS is asked',
        },
        {
          kind: 'stat',
          title: 'Suspect observations',
          description:
            'Made while longhold itself stood still, in the time shown. Many say more about its CPU than about the network.',
          unit: 'none',
          decimals: 0,
          queries: [
            {
              expr: `sum(increase(${of('longhold_suspect_observations_total')}[$__range])) + sum(increase(${of('longhold_suspect_questions_total')}[$__range]))`,
              legend: 'suspect',
            },
          ],
          width: 4,
          height: 4,
          noData: 'no client is scraped',
        },
        {
          kind: 'table',
          title: 'Verdicts open now',
          description: 'By name and process; a click leads to what it means, what proves it and what to do.',
          unit: 'none',
          queries: [{ expr: `${of('longhold_verdict_active')} > 0`, legend: '' }],
          width: 24,
          height: 5,
          noData: 'none: nothing is wrong as far as longhold can see',
          link: page,
        },
      ],
    },
    {
      title: 'Over time',
      panels: [
        {
          kind: 'lines',
          title: 'Lost per 1000 connection-hours, by cohort',
          description: 'Unplanned ends per thousand hours held idle. Cohorts straight to pods are the control group.',
          unit: 'none',
          queries: [{ expr: per1000Hours('$__rate_interval', 'cohort, path'), legend: '{{cohort}} ({{path}})' }],
          width: 12,
          noData: 'nothing was held',
        },
        {
          kind: 'bars',
          title: 'Unplanned ends, by what the client saw',
          description: 'By fate and phase: a reset in an exchange, silence in a silence, a refusal when connecting.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (fate, phase) (increase(${held('longhold_connection_ends_total', unplanned)}[$__rate_interval])) > 0`,
              legend: '{{fate}} ({{phase}})',
            },
          ],
          width: 12,
          noData: 'no unplanned end',
        },
        {
          kind: 'bars',
          title: 'Verdicts, when they opened',
          description: 'By mechanism. Lines across every panel mark the same moments.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (verdict) (increase(${of('longhold_verdicts_total')}[$__rate_interval])) > 0`,
              legend: '{{verdict}}',
            },
          ],
          width: 12,
          noData: 'none opened',
        },
        {
          kind: 'lines',
          title: 'Connections held, by cohort',
          description: 'Open on the client. A dent that does not come back is a path that no longer opens.',
          unit: 'none',
          queries: [
            { expr: `sum by (cohort, path) (${held('longhold_connections_open')})`, legend: '{{cohort}} ({{path}})' },
          ],
          width: 12,
          noData: 'no client is scraped',
        },
        {
          kind: 'lines',
          title: 'Dying before they die',
          description:
            'Idle connections whose keepalive probes are not answered, or whose data is not acknowledged: they are lost, and nobody has been told.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (cohort) (${held('longhold_sweep_probing_connections')}) > 0`,
              legend: '{{cohort}} probing',
            },
            {
              expr: `sum by (cohort) (${held('longhold_sweep_backing_off_connections')}) > 0`,
              legend: '{{cohort}} backing off',
            },
          ],
          width: 12,
          noData: 'none: every probe is answered',
        },
        {
          kind: 'bars',
          title: 'Zombies, by who believed in them',
          description: 'Connections one side thought alive when the other had lost them.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (side, cohort) (increase(${of('longhold_zombies_total', 'cohort=~"$cohort"')}[$__rate_interval])) > 0`,
              legend: '{{cohort}}: {{side}}',
            },
          ],
          width: 12,
          noData: 'none',
        },
        {
          kind: 'lines',
          title: 'Exchange latency, 99th percentile',
          description: 'From ping to pong over a connection that had been silent.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, cohort, path) (rate(${held('longhold_exchange_latency_seconds_bucket')}[$__rate_interval])))`,
              legend: '{{cohort}} ({{path}})',
            },
          ],
          width: 12,
          noData: 'no exchange',
        },
        {
          kind: 'lines',
          title: 'Connect latency, 99th percentile',
          description:
            'From the SYN to the answered hello. Exactly 1 s is a SYN that was lost: two pods racing for one SNAT port, or IPVS.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, cohort, path) (rate(${held('longhold_connect_latency_seconds_bucket')}[$__rate_interval])))`,
              legend: '{{cohort}} ({{path}})',
            },
          ],
          width: 12,
          noData: 'nothing connected',
        },
      ],
    },
  ],
}
