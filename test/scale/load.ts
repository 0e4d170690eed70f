import type { Datagrams, Demand, HeldDemand } from './demand.ts'
import { measured } from './measured.ts'
import { rollingUpdate } from './rollout.ts'

export interface Size {
  readonly nodes: number
  readonly servers: number
}

/** Something that is counted at a client (one a node), at a server in the mean, and in the whole cluster. */
export interface Everywhere {
  readonly node: number
  readonly server: number
  readonly total: number
}

/** What a cluster of that size has to bear. Rates are means; packets and bytes are those of IP, both directions together. */
export interface Load {
  readonly connections: Everywhere
  /** The server that has most: at the beginning, on the way of a rolling update, and after it. */
  readonly worst: { readonly usually: number; readonly rolling: number; readonly rolled: number }
  readonly exchangesPerS: Everywhere
  readonly packetsPerS: Everywhere
  readonly bytesPerS: Everywhere
  /** Datagrams to the cluster's DNS, questions only. */
  readonly dnsPerS: number
  /** On a client's node, and on a server's node for that server alone. */
  readonly conntrack: Everywhere
  /** Of a pod, with what the kernel keeps for its sockets, bytes. */
  readonly memory: Everywhere
  /** Of a server, cores. */
  readonly serverCpu: number
  /** Packets of the update of all servers: goodbyes and openings. */
  readonly rolloutPackets: number
}

export function loadOf(demand: Demand, { nodes, servers }: Size): Load {
  const { packets, bytes, memory } = measured
  const everywhere = (node: number, atServers: number): Everywhere => ({
    node,
    server: (atServers * nodes) / servers,
    total: node * nodes,
  })
  const { exchangesPerS, keepalivesPerS, echo, dns } = demand
  const sum = (per: { readonly exchange: number; readonly keepalive: number }, eachEcho: number) =>
    exchangesPerS * per.exchange + keepalivesPerS * per.keepalive + echo.perS * eachEcho
  const connections = everywhere(demand.connections, demand.connections)
  const rolled = rollingUpdate(servers)
  const atServers = { packets: sum(packets, packets.datagram), bytes: sum(bytes, bytes.echo) }
  const clientBytes = memory.clientProcess + demand.connections * (memory.clientConnection + memory.socket)
  const serverBytes = memory.serverProcess + connections.server * (memory.serverConnection + memory.socket)
  return {
    connections,
    worst: {
      usually: worstOf(demand, { nodes, servers }),
      rolling: connections.server * rolled.peak,
      rolled: connections.server * rolled.most,
    },
    exchangesPerS: everywhere(exchangesPerS, exchangesPerS),
    packetsPerS: everywhere(atServers.packets + dns.perS * packets.datagram, atServers.packets),
    bytesPerS: everywhere(atServers.bytes + dns.perS * bytes.dnsQuestion, atServers.bytes),
    dnsPerS: dns.perS * nodes,
    conntrack: everywhere(demand.connections + entries(echo) + entries(dns), demand.connections + entries(echo)),
    memory: { node: clientBytes, server: serverBytes, total: clientBytes * nodes + serverBytes * servers },
    serverCpu:
      measured.serverCpu.idle + ((exchangesPerS + echo.perS) * nodes * measured.serverCpu.answerUs) / servers / 1e6,
    rolloutPackets: rolled.reopened * connections.total * (packets.opening + packets.closing),
  }
}

const entries = ({ freshPortsPerS, pinnedPorts }: Datagrams) => freshPortsPerS * measured.udpEntryS + pinnedPorts

/**
 * The server with most connections, as luck has it. kube-proxy leads each connection anywhere, so that a server's share is nearly
 * Poisson's; straight to pods each client takes its first servers, `rungs` connections each. The largest of M such
 * numbers is some sqrt(2 ln M) standard deviations above the mean.
 */
export function worstOf({ held }: Demand, { nodes, servers }: Size): number {
  const moments = held.map(cohort => (cohort.path === 'pod' ? chosen(cohort, servers) : drawn(cohort, servers)))
  const mean = moments.reduce((sum, each) => sum + each.mean, 0) * nodes
  const variance = moments.reduce((sum, each) => sum + each.variance, 0) * nodes
  return mean + Math.sqrt(2 * Math.log(servers) * variance)
}

interface Moments {
  readonly mean: number
  readonly variance: number
}

function drawn({ connections }: HeldDemand, servers: number): Moments {
  const p = 1 / servers
  return { mean: connections * p, variance: connections * p * (1 - p) }
}

function chosen({ connections, idle }: HeldDemand, servers: number): Moments {
  const rungs = idle.kind === 'rungs' ? idle.ms.length : 1
  const p = (Math.ceil(connections / rungs) % servers) / servers // who gets one turn more than others
  return { mean: connections / servers, variance: rungs ** 2 * p * (1 - p) }
}
