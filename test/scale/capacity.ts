import { type Demand, type HeldDemand } from './demand.ts'
import { measured } from './measured.ts'
import { reserve } from './rollout.ts'

/** What bounds one server. */
export interface Limits {
  /** RLIMIT_NOFILE of the process, `process_max_fds` in its metrics. */
  readonly files: number
  /** The memory limit of its pod, bytes. */
  readonly memoryBytes: number
}

/** With fewer an expired connection meets the same server again, and heals without a symptom (src/probes/tcp-hold/README.md). */
export const leastServers = 3

/** Descriptors that are for no connection, and what of the rest each kind accepts where nothing is set (src/probes/holding.ts). */
const reservedFiles = 256
const shares: Readonly<Record<string, number>> = { 'tcp-hold': 0.75, 'http-hold': 0.25 }

/** Of the memory limit so much is planned with: beyond it every allocation waits for the kernel to reclaim. */
const usableMemory = 0.9

export interface Capacity {
  /** How many connections of all kinds one server is given at most, on the way of a rolling update, too. */
  readonly most: number
  readonly by: 'files' | 'memory'
  /** So many nodes one server serves, so that even the last old one of a rolling update refuses nobody. */
  readonly nodesPerServer: number
}

export function capacityOf(demand: Demand, { files, memoryBytes }: Limits): Capacity {
  const byKind = (kind: string) =>
    demand.held.filter(each => each.kind === kind).reduce((sum, { connections }: HeldDemand) => sum + connections, 0)
  const clientsByFiles = Math.min(
    ...Object.entries(shares).map(([kind, share]) => ((files - reservedFiles) * share) / byKind(kind)),
  )
  const { serverProcess, serverConnection, socket } = measured.memory
  const byMemory = (usableMemory * memoryBytes - serverProcess) / (serverConnection + socket)
  const byFiles = clientsByFiles * demand.connections
  const most = Math.floor(Math.min(byFiles, byMemory))
  return {
    most,
    by: byFiles <= byMemory ? 'files' : 'memory',
    nodesPerServer: Math.floor(most / demand.connections / reserve),
  }
}

export const serversFor = (nodes: number, { nodesPerServer }: Capacity): number =>
  Math.max(leastServers, Math.ceil(nodes / nodesPerServer))
