import { type Board, of } from './board.ts'

const share = (kind: string, fate: string) => {
  const by = 'probe, server, mode'
  return `sum by (${by}) (rate(${of('longhold_asked_total', `kind="${kind}",${fate}`)}[$__rate_interval])) / (sum by (${by}) (rate(${of('longhold_asked_total', `kind="${kind}"`)}[$__rate_interval])) > 0)`
}
const heat = (mode: string) =>
  `sum by (le) (increase(${of('longhold_answer_latency_seconds_bucket', `kind="dns",mode="${mode}"`)}[$__rate_interval]))`

export const dnsUdp: Board = {
  name: 'dns-udp',
  title: 'longhold: DNS and UDP',
  description:
    'Questions that met the 5 s timeout, from fresh and from pinned ports side by side, and who answered late.',
  rows: [
    {
      title: 'DNS',
      panels: [
        {
          kind: 'lines',
          title: 'Timeouts, share of questions',
          description:
            'Pinned ports alone: a stale entry leads them to a pod that is gone. One in N of the fresh ones: one of N servers is dead and still in the rules.',
          unit: 'percentunit',
          queries: [{ expr: share('dns', 'fate="timeout"'), legend: '{{probe}}: {{server}} ({{mode}})' }],
          width: 12,
          noData: 'no DNS is asked',
        },
        {
          kind: 'bars',
          title: 'Answers that are none',
          description: 'Everything but an answer or a timeout: refused, unreachable, from another address, malformed.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (server, mode, fate) (increase(${of('longhold_asked_total', 'kind="dns",fate!~"ok|timeout|cancelled"')}[$__rate_interval])) > 0`,
              legend: '{{server}} ({{mode}}): {{fate}}',
            },
          ],
          width: 12,
          noData: 'none',
        },
        {
          kind: 'heatmap',
          title: 'Latency of questions from fresh ports',
          description: 'Each row is a latency. What lies at 5 s was asked a second time.',
          unit: 's',
          queries: [{ expr: heat('fresh'), legend: '{{le}}' }],
          width: 12,
          noData: 'no fresh ports are used',
        },
        {
          kind: 'heatmap',
          title: 'Latency of questions from pinned ports',
          description:
            'The same for ports that are kept: what differs from the panel beside it is remembered on the node.',
          unit: 's',
          queries: [{ expr: heat('pinned'), legend: '{{le}}' }],
          width: 12,
          noData: 'no pinned ports are used',
        },
        {
          kind: 'lines',
          title: 'Latency by server, 99th percentile',
          description: 'Of the answers that came.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, server, mode) (rate(${of('longhold_answer_latency_seconds_bucket', 'kind="dns"')}[$__rate_interval])))`,
              legend: '{{server}} ({{mode}})',
            },
          ],
          width: 12,
          noData: 'no DNS is asked',
        },
        {
          kind: 'bars',
          title: 'Answers by response code',
          description: 'SERVFAIL and REFUSED come from the server; no path makes them.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (server, rcode) (increase(${of('longhold_dns_responses_total')}[$__rate_interval])) > 0`,
              legend: '{{server}}: {{rcode}}',
            },
          ],
          width: 12,
          noData: 'no DNS is asked',
        },
        {
          kind: 'lines',
          title: 'Tries per question',
          description: 'Datagrams and TCP questions sent for each question. Above 1, a resolver asks again.',
          unit: 'none',
          decimals: 2,
          queries: [
            {
              expr: `sum by (server, mode) (rate(${of('longhold_question_tries_total', 'kind="dns"')}[$__rate_interval])) / (sum by (server, mode) (rate(${of('longhold_asked_total', 'kind="dns"')}[$__rate_interval])) > 0)`,
              legend: '{{server}} ({{mode}})',
            },
          ],
          width: 12,
          noData: 'no DNS is asked',
        },
        {
          kind: 'bars',
          title: 'Datagrams that answered nothing',
          description:
            'Late ones split "lost" from "slow"; those of another source have lost their NAT on the way back.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (kind, mode, what) (increase(${of('longhold_strays_total')}[$__rate_interval])) > 0`,
              legend: '{{kind}} ({{mode}}): {{what}}',
            },
          ],
          width: 12,
          noData: 'none',
        },
      ],
    },
    {
      title: 'UDP echo',
      panels: [
        {
          kind: 'lines',
          title: 'Echoes lost, share of datagrams',
          description:
            'Fresh ports make new entries, pinned ones keep theirs: what only one of them loses is remembered, or not.',
          unit: 'percentunit',
          queries: [{ expr: share('udp-echo', 'fate!~"ok|cancelled"'), legend: '{{probe}}: {{server}} ({{mode}})' }],
          width: 12,
          noData: 'no echo is asked',
        },
        {
          kind: 'lines',
          title: 'Echo latency, 99th percentile',
          description: 'Of the echoes that came back.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, server, mode) (rate(${of('longhold_answer_latency_seconds_bucket', 'kind="udp-echo"')}[$__rate_interval])))`,
              legend: '{{server}} ({{mode}})',
            },
          ],
          width: 12,
          noData: 'no echo is asked',
        },
      ],
    },
  ],
}
