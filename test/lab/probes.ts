import { addressOf, dnsService, longholdService, type Place } from './cluster/places.ts'

type Settings = Readonly<Record<string, unknown>>

/**
 * Connections through the Service, all opened at once, one life each: who dies stays dead for the run, so that lives can
 * be counted. `fields` overrides anything.
 */
export const held = (name: string, connections: number, idle: string, fields: Settings = {}): Settings => ({
  kind: 'tcp-hold',
  name,
  connections,
  idle,
  to: longholdService,
  spread: '0s',
  deadline: '4s',
  reconnect: { base: '10m', cap: '10m' },
  ...fields,
})

/** Who dies opens again at once: where a remedy is to be seen to help, somebody has to be left. */
export const again = (connections: number, idle: string, fields: Settings = {}): Settings =>
  held('again', connections, idle, { reconnect: { base: '500ms', cap: '1s' }, ...fields })

/**
 * The control group: straight to pods. From source ports that no connection through the Service has: it could take this
 * one's reply tuple once both are forgotten (nf_nat_core.c, get_unique_tuple).
 */
export const direct = (
  name: string,
  connections: number,
  idle: string,
  places: readonly Place[],
  fields: Settings = {},
): Settings =>
  held(name, connections, idle, {
    path: 'pod',
    to: places.map(addressOf),
    sourcePorts: { from: 20_000, to: 20_511 },
    ...fields,
  })

/** Numbered datagrams through the Service, four a second from each port mode. */
export const echo = (name: string, fields: Settings = {}): Settings => ({
  kind: 'udp-echo',
  name,
  to: longholdService,
  every: '250ms',
  timeout: '1s',
  ...fields,
})

/** Questions to the cluster's DNS Service, four a second in each port mode. */
export const asks = (name: string, fields: Settings = {}): Settings => ({
  kind: 'dns',
  name,
  servers: [dnsService],
  names: ['kubernetes.default.svc.cluster.local'],
  every: '250ms',
  timeout: '1s',
  ports: ['fresh', 'pinned'],
  ...fields,
})
