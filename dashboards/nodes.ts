import { type Board, of } from './board.ts'

const rises = (metric: string, counters: string) => ({
  expr: `sum by (instance, counter) (rate(${of(metric, `counter=~"${counters}"`)}[$__rate_interval])) > 0`,
  legend: '{{instance}}: {{counter}}',
})

export const nodes: Board = {
  name: 'nodes',
  title: 'longhold: nodes',
  description: 'What the agents see: conntrack, IPVS, forwarding, and packets the kernel itself gave up.',
  rows: [
    {
      title: 'conntrack',
      panels: [
        {
          kind: 'lines',
          title: 'Table in use',
          description:
            'Entries of what the node may have. When it is full, new connections are dropped without a word.',
          unit: 'percentunit',
          queries: [
            {
              expr: `max by (instance) (${of('longhold_node_conntrack_entries')} / (${of('longhold_node_conntrack_limit')} > 0))`,
              legend: '{{instance}}',
            },
          ],
          width: 12,
          alarmAt: 0.8,
          noData: 'no agent is scraped',
        },
        {
          kind: 'lines',
          title: 'Entries',
          description: 'In the table of the node. A cliff is a flush.',
          unit: 'none',
          queries: [{ expr: `max by (instance) (${of('longhold_node_conntrack_entries')})`, legend: '{{instance}}' }],
          width: 12,
          noData: 'no agent is scraped',
        },
        {
          kind: 'lines',
          title: 'Packets lost to conntrack',
          description:
            'drop and early_drop: the table is full. insert_failed: two packets raced for one entry (A and AAAA, SNAT ports). clash_resolve: the race was settled.',
          unit: 'pps',
          queries: [rises('longhold_node_conntrack_events_total', 'drop|early_drop|insert_failed|clash_resolve|error')],
          width: 12,
          noData: 'none',
        },
        {
          kind: 'lines',
          title: 'Invalid packets',
          description: 'Of no flow conntrack knows, or out of its window: a rule that drops INVALID drops these.',
          unit: 'pps',
          queries: [rises('longhold_node_conntrack_events_total', 'invalid')],
          width: 12,
          noData: 'none',
        },
      ],
    },
    {
      title: 'IPVS',
      panels: [
        {
          kind: 'lines',
          title: 'Real servers of weight 0',
          description: 'They get nothing new. One that stays has connections that never end: its pod may be dead.',
          unit: 'none',
          queries: [
            {
              expr: `max by (instance) (${of('longhold_node_ipvs_destinations', 'weight="zero"')})`,
              legend: '{{instance}}',
            },
          ],
          width: 12,
          noData: 'no IPVS',
        },
        {
          kind: 'lines',
          title: 'Connections they still hold',
          description: 'Active and inactive (all of UDP is inactive). They fall to 0 where somebody ends them.',
          unit: 'none',
          queries: [
            {
              expr: `max by (instance, state) (${of('longhold_node_ipvs_connections', 'weight="zero"')})`,
              legend: '{{instance}}: {{state}}',
            },
          ],
          width: 12,
          noData: 'no IPVS',
        },
      ],
    },
    {
      title: 'Kernel',
      panels: [
        {
          kind: 'lines',
          title: 'Forwarding',
          description: '1 is on. A network restart switches it off, and every pod of that node loses the others.',
          unit: 'none',
          queries: [
            {
              expr: `max by (instance, name) (${of('longhold_node_sysctl', 'name=~"net.ipv4.ip_forward|net.ipv4.conf.all.forwarding|net.bridge.bridge-nf-call-iptables"')})`,
              legend: '{{instance}}: {{name}}',
            },
          ],
          width: 12,
          noData: 'no agent is scraped',
        },
        {
          kind: 'lines',
          title: 'How it treats what it does not know',
          description: 'loose=1 takes up connections in the middle, be_liberal=1 lets packets outside the window pass.',
          unit: 'none',
          queries: [
            {
              expr: `max by (instance, name) (${of('longhold_node_sysctl', 'name=~"net.netfilter.nf_conntrack_tcp_(loose|be_liberal)|net.ipv4.vs.(expire_nodest_conn|conn_reuse_mode)"')})`,
              legend: '{{instance}}: {{name}}',
            },
          ],
          width: 12,
          noData: 'no agent is scraped',
        },
        {
          kind: 'lines',
          title: 'Resets and retransmissions of the node itself',
          description:
            'A node that sends resets answers for flows it has forgotten (IPVS), or for ports nobody listens on.',
          unit: 'pps',
          queries: [rises('longhold_node_netstat_events_total', 'Tcp.OutRsts|Tcp.RetransSegs|TcpExt.TCPTimeouts')],
          width: 12,
          noData: 'none',
        },
        {
          kind: 'lines',
          title: 'Packets with nowhere to go',
          description:
            'InAddrErrors rises where forwarding is off, OutNoRoutes where a route is missing, NoPorts where nobody listens.',
          unit: 'pps',
          queries: [
            rises('longhold_node_netstat_events_total', 'Ip.InAddrErrors|Ip.InDiscards|Ip.OutNoRoutes|Udp.NoPorts'),
          ],
          width: 12,
          noData: 'none',
        },
      ],
    },
    {
      title: 'Agents',
      panels: [
        {
          kind: 'lines',
          title: 'Reading a source, 99th percentile',
          description: 'Above the deadline of 2 s a source is absent: give it more (longhold agent --deadline).',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, source) (rate(${of('longhold_agent_source_read_seconds_bucket')}[$__rate_interval])))`,
              legend: '{{source}}',
            },
          ],
          width: 12,
          noData: 'no agent was asked',
        },
        {
          kind: 'lines',
          title: 'Sources that had nothing to say',
          description: 'Not there, not allowed, or too late. What is missing in a verdict is named in it.',
          unit: 'none',
          queries: [
            {
              expr: `sum by (source) (rate(${of('longhold_agent_source_absent_total')}[$__rate_interval])) > 0`,
              legend: '{{source}}',
            },
          ],
          width: 12,
          noData: 'none',
        },
      ],
    },
  ],
}
