import { Counter, Gauge, type Registry } from 'prom-client'
import { conntrack } from '../evidence/conntrack/facts.ts'
import type { Facts } from '../evidence/facts.ts'
import { ipvs, type VirtualService } from '../evidence/ipvs/facts.ts'
import { netstat } from '../evidence/netstat/facts.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { Readings } from '../outcome/evidence.ts'

/** What is read for a scrape: a few files, and `ipvsadm` once where it is installed. */
export const scraped: ReadonlySet<string> = new Set([conntrack, netstat, sysctl, ipvs].map(({ name }) => name))

/** Of `conntrack -S`, what tells of lost packets; the names are the kernel's. */
export const conntrackCounters = [
  'clash_resolve',
  'drop',
  'early_drop',
  'error',
  'insert_failed',
  'invalid',
  'search_restart',
]
/** Of /proc/net/snmp and netstat, what the handbook asks for. */
export const netstatCounters = [
  'Icmp.OutDestUnreachs',
  'Ip.ForwDatagrams',
  'Ip.InAddrErrors',
  'Ip.InDiscards',
  'Ip.OutNoRoutes',
  'Tcp.OutRsts',
  'Tcp.RetransSegs',
  'TcpExt.TCPTimeouts',
  'Udp.NoPorts',
]

/** Tells Prometheus what a node says of itself. What could not be read has no series: absence is information. */
export function nodeMetrics(registry: Registry): (readings: Readings) => void {
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `longhold_node_${name}`, help, labelNames: [...labelNames], registers })
  const counter = (name: string, help: string) =>
    new Counter({ name: `longhold_node_${name}`, help, labelNames: ['counter'], registers })

  const entries = gauge('conntrack_entries', 'Entries in the conntrack table of this network namespace.')
  const limit = gauge('conntrack_limit', 'Entries the table may have, on the whole machine; 0 for no limit.')
  const conntracked = counter('conntrack_events_total', 'Counters of conntrack -S, summed over CPUs.')
  const counted = counter('netstat_events_total', 'Counters of /proc/net/snmp and /proc/net/netstat.')
  const settings = gauge('sysctl', 'Numeric sysctls that decide how long flows are remembered and where packets go.', [
    'name',
  ])
  const destinations = gauge('ipvs_destinations', 'Real servers in IPVS, by whether new connections go there.', [
    'weight',
  ])
  const connections = gauge('ipvs_connections', 'Connections of those real servers in IPVS.', ['weight', 'state'])
  const timeouts = gauge('ipvs_timeout_seconds', 'How long IPVS remembers a silent connection.', ['protocol'])

  return readings => {
    for (const each of [entries, limit]) each.remove({}) // a reset would say 0
    for (const each of [conntracked, counted, settings, destinations, connections, timeouts]) each.reset()
    const table = factsIn(readings, conntrack)
    if (table) {
      entries.set(table.count)
      limit.set(table.max)
      show(conntracked, conntrackCounters, table.counters)
    }
    show(counted, netstatCounters, factsIn(readings, netstat) ?? {})
    for (const [name, value] of Object.entries(factsIn(readings, sysctl) ?? {}))
      if (typeof value === 'number' && !isOfInterface(name)) settings.set({ name }, value)
    const virtual = factsIn(readings, ipvs)
    if (!virtual) return
    for (const [weight, servers] of byWeight(virtual.services)) {
      destinations.set({ weight }, servers.length)
      connections.set({ weight, state: 'active' }, sum(servers.map(({ active }) => active)))
      connections.set({ weight, state: 'inactive' }, sum(servers.map(({ inactive }) => inactive)))
    }
    for (const [protocol, seconds] of Object.entries(virtual.timeouts ?? {})) timeouts.set({ protocol }, seconds)
  }
}

function factsIn<T>(readings: Readings, { name, schema }: Facts<T>): T | undefined {
  const reading = readings[name]
  return reading && 'value' in reading ? schema.safeParse(reading.value).data : undefined
}

/** The kernel's own sums, as they are: a reset of theirs is a reset of ours. */
function show(into: Counter<'counter'>, names: readonly string[], sums: Readonly<Record<string, number>>): void {
  for (const counter of names) {
    const value = Object.hasOwn(sums, counter) ? sums[counter] : undefined
    if (value !== undefined && value >= 0) into.inc({ counter }, value)
  }
}

/** Pods come and go, and their interfaces with them: no name of one is ever a label. */
export const isOfInterface = (name: string): boolean => /^net\.ipv[46]\.conf\.(?!(all|default)\.)/.test(name)

function byWeight(services: readonly VirtualService[]) {
  const all = services.flatMap(({ destinations }) => destinations)
  return [
    ['zero', all.filter(({ weight }) => weight === 0)],
    ['positive', all.filter(({ weight }) => weight > 0)],
  ] as const
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
