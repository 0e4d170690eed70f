import { type Board, held, of } from './board.ts'

const sysctls =
  'net.netfilter.nf_conntrack_tcp_timeout_established|net.netfilter.nf_conntrack_udp_timeout.*|net.ipv4.tcp_keepalive_(time|intvl|probes)'

const setting = (metric: string, legend: string) => ({
  expr: `max by (cohort, path) (${held(metric, 'as="effective"')})`,
  legend: `{{cohort}} ({{path}})${legend}`,
})

export const keepalive: Board = {
  name: 'keepalive',
  title: 'longhold: keepalive against timeout',
  description: 'How long a path remembers a silent connection, and whether keepalive speaks before that.',
  rows: [
    {
      title: 'Timeout and keepalive',
      panels: [
        {
          kind: 'lines',
          title: 'Measured idle timeout of each path, and the keepalive that survives it',
          description:
            'The timeout lies between low and high. Keepalive idle has to stay below the recommendation, which leaves room for two lost probes.',
          unit: 's',
          queries: [
            {
              expr: `max by (kind, path, speaker, keepalive, bound) (${of('longhold_path_idle_timeout_seconds')})`,
              legend: '{{path}}, {{speaker}} speaks, keepalive {{keepalive}}: {{bound}}',
            },
            {
              expr: `min by (kind, path) (${of('longhold_recommended_keepalive_idle_seconds')})`,
              legend: '{{path}}: recommended keepalive idle',
            },
          ],
          width: 24,
          height: 9,
          noData: 'no timeout found: no silence was fatal so far',
        },
        {
          kind: 'lines',
          title: 'Longest silence survived',
          description: 'Of those remembered. A timeout is above it, where nothing else kills.',
          unit: 's',
          queries: [
            {
              expr: `max by (kind, path, speaker, keepalive) (${of('longhold_longest_silence_survived_seconds')})`,
              legend: '{{path}}, {{speaker}} speaks, keepalive {{keepalive}}',
            },
          ],
          width: 12,
          noData: 'no silence is over yet',
        },
        {
          kind: 'lines',
          title: 'Silence before unplanned deaths, median',
          description: 'A line that stays at one age is a timeout; deaths of any age are something else.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.5, sum by (le, cohort, path) (increase(${held('longhold_idle_age_at_death_seconds_bucket')}[$__rate_interval])))`,
              legend: '{{cohort}} ({{path}})',
            },
          ],
          width: 12,
          noData: 'nobody died',
        },
        {
          kind: 'heatmap',
          title: 'Unplanned deaths by the silence before them',
          description: 'Each row is an age. One row that fills up is the timeout of the path.',
          unit: 's',
          queries: [
            {
              expr: `sum by (le) (increase(${held('longhold_idle_age_at_death_seconds_bucket')}[$__rate_interval]))`,
              legend: '{{le}}',
            },
          ],
          width: 24,
          noData: 'nobody died',
        },
      ],
    },
    {
      title: 'Profiles, as the kernel has them',
      panels: [
        {
          kind: 'lines',
          title: 'Keepalive idle (TCP_KEEPIDLE)',
          description: 'Silence before the first probe; 0 where keepalive is off.',
          unit: 's',
          queries: [setting('longhold_keepalive_idle_seconds', '')],
          width: 8,
          noData: 'no client is scraped',
        },
        {
          kind: 'lines',
          title: 'Interval (TCP_KEEPINTVL) times probes (TCP_KEEPCNT)',
          description: 'How long a dead peer goes unnoticed after the first probe.',
          unit: 's',
          queries: [
            {
              expr: `max by (cohort, path) (${held('longhold_keepalive_interval_seconds', 'as="effective"')} * ${held('longhold_keepalive_probes', 'as="effective"')})`,
              legend: '{{cohort}} ({{path}})',
            },
          ],
          width: 8,
          noData: 'no client is scraped',
        },
        {
          kind: 'lines',
          title: 'TCP_USER_TIMEOUT',
          description: 'How long data may stay unacknowledged; 0 is the kernel’s own, some 15 minutes.',
          unit: 's',
          queries: [setting('longhold_user_timeout_seconds', '')],
          width: 8,
          noData: 'no client is scraped',
        },
      ],
    },
    {
      title: 'What the nodes remember',
      panels: [
        {
          kind: 'lines',
          title: 'Timeouts and keepalive defaults of the nodes',
          description: 'conntrack’s memory, and what a socket gets that sets nothing itself.',
          unit: 's',
          queries: [
            {
              expr: `max by (name) (${of('longhold_node_sysctl', `name=~"${sysctls}"`)})`,
              legend: '{{name}}',
            },
          ],
          width: 12,
          noData: 'no agent is scraped',
        },
        {
          kind: 'lines',
          title: 'Memory of IPVS',
          description:
            'ipvsadm -l --timeout. 900 s for TCP unless somebody set it: below the keepalive default of Linux, 7200 s.',
          unit: 's',
          queries: [
            { expr: `max by (protocol) (${of('longhold_node_ipvs_timeout_seconds')})`, legend: '{{protocol}}' },
          ],
          width: 12,
          noData: 'no IPVS',
        },
      ],
    },
  ],
}
