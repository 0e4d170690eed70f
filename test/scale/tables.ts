import { capacityOf, type Limits, serversFor } from './capacity.ts'
import type { Demand } from './demand.ts'
import { type Load, loadOf, type Size } from './load.ts'
import { measured } from './measured.ts'
import { costOf } from './prometheus.ts'
import type { Told } from './scraped.ts'
import { rhythms, simulate, simulateCut } from './simulated.ts'
import { addOne } from './added.ts'
import { replaceOneByOne } from './worn.ts'

/** Nodes of the clusters in the document. */
export const sizes = [10, 100, 1000, 5000] as const

/** A pod of `k8s/base` where containerd lets it open a million files, and where nobody lets it open more than here. */
export const limits = {
  pod: { files: 1_048_576, memoryBytes: 512 * 2 ** 20 },
  few: { files: 20_000, memoryBytes: 512 * 2 ** 20 },
} as const satisfies Readonly<Record<string, Limits>>

export const sizeOf = (demand: Demand, nodes: number, limit: Limits = limits.pod): Size => ({
  nodes,
  servers: serversFor(nodes, capacityOf(demand, limit)),
})

/** What stands in docs/scale.md by the name of its markers. */
export const tablesOf = (demand: Demand, told: Told): Readonly<Record<string, string>> => ({
  servers: serversTable(demand),
  load: loadTable(demand),
  prometheus: prometheusTable(demand, told),
  peers: peersTable(demand),
  moves: movesTable(demand),
  worn: wornTable(demand),
  added: addedTable(demand),
  rhythm: rhythmTable(demand),
})

function serversTable(demand: Demand): string {
  const rows = Object.values(limits).map(limit => {
    const capacity = capacityOf(demand, limit)
    const servers = sizes.map(nodes => whole(serversFor(nodes, capacity)))
    return [whole(limit.files), capacity.by, whole(capacity.most), `${capacity.nodesPerServer}`, ...servers]
  })
  const head = [
    'file limit',
    'what bounds it',
    'connections at most',
    'nodes per server',
    ...sizes.map(n => `${whole(n)} nodes`),
  ]
  return table(head, rows)
}

function loadTable(demand: Demand): string {
  const loads = sizes.map(nodes => loadOf(demand, sizeOf(demand, nodes)))
  const row = (what: string, read: (load: Load) => string) => [what, ...loads.map(read)]
  return table(
    ['', ...sizes.map(nodes => `${whole(nodes)} nodes, ${sizeOf(demand, nodes).servers} servers`)],
    [
      row('connections of a client', load => whole(load.connections.node)),
      row('connections of a server, mean', load => whole(load.connections.server)),
      row('of the fullest server', load => whole(load.worst.usually)),
      row('of the fullest while all servers are replaced', load => whole(load.worst.rolling)),
      row('connections in all', load => whole(load.connections.total)),
      row('exchanges per second, a server', load => short(load.exchangesPerS.server)),
      row('exchanges per second, in all', load => short(load.exchangesPerS.total)),
      row('packets per second, a node', load => short(load.packetsPerS.node)),
      row('packets per second, a server', load => short(load.packetsPerS.server)),
      row('packets per second, in all', load => whole(load.packetsPerS.total)),
      row('kB per second, a node', load => short(load.bytesPerS.node / 1e3)),
      row('kB per second, a server', load => short(load.bytesPerS.server / 1e3)),
      row('DNS questions per second, in all', load => whole(load.dnsPerS)),
      row('conntrack entries, a node', load => whole(load.conntrack.node)),
      row('conntrack entries, the node of a server', load => whole(load.conntrack.server)),
      row('memory of a client, MiB', load => whole(load.memory.node / 2 ** 20)),
      row('memory of a server, MiB', load => whole(load.memory.server / 2 ** 20)),
      row('memory in all, GiB', load => short(load.memory.total / 2 ** 30)),
      row('CPU of a server, cores', load => load.serverCpu.toFixed(3)),
      row('packets when all servers are replaced', load => whole(load.rolloutPackets)),
    ],
  )
}

function prometheusTable(demand: Demand, { client, server }: Told): string {
  const rows = sizes.map(nodes => {
    const { servers } = sizeOf(demand, nodes)
    const pair = [
      { count: nodes, each: client },
      { count: servers, each: server },
    ]
    const cost = costOf(pair)
    const withAgents = costOf([...pair, { count: nodes, each: measured.agent }])
    return [
      whole(nodes),
      whole(client.series),
      whole(server.series),
      whole(cost.series),
      whole(withAgents.series),
      whole(cost.samplesPerS),
      short(cost.memoryBytes / 2 ** 30),
      short(cost.diskBytes / 2 ** 30),
      short(cost.answersPerS / 1e6),
    ]
  })
  const head = [
    'nodes',
    'series of a client',
    'of a server',
    'in all',
    'with agents',
    'samples/s',
    'memory, GiB',
    'disk for 15 days, GiB',
    'scrapes, MB/s',
  ]
  return table(head, rows)
}

function peersTable(demand: Demand): string {
  const rows = sizes.map(nodes => {
    const size = sizeOf(demand, nodes)
    const { connections, pods } = simulate(demand, size)
    return [
      whole(nodes),
      `${size.servers}`,
      whole(connections.mean),
      ...[connections.least, connections.p99, connections.most].map(each => (each / connections.mean).toFixed(3)),
      ...[pods.least, pods.most].map(each => (each / pods.mean).toFixed(3)),
    ]
  })
  return table(['nodes', 'servers', 'mean', 'least', 'p99', 'most', 'straight to pods: least', 'most'], rows)
}

/** Those sizes are simulated in a second or two; 5,000 nodes behave as 1,000 do. */
const simulatedMoves = sizes.filter(nodes => nodes <= 1000)

function movesTable(demand: Demand): string {
  const rows = simulatedMoves.map(nodes => {
    const size = sizeOf(demand, nodes)
    const { comes, goes, replaced } = simulate(demand, size)
    return [
      whole(nodes),
      `${size.servers}`,
      percent(comes.peers),
      percent(goes.peers),
      ...[replaced.peak, replaced.most, replaced.least, replaced.reopened, replaced.herd].map(each => each.toFixed(2)),
    ]
  })
  const head = [
    'nodes',
    'servers',
    'peers new to a client that begins anew: one came',
    'one went',
    'replacing all: fullest on the way',
    'afterwards',
    'emptiest afterwards',
    'times each is opened anew',
    'opened within 30 s by one server',
  ]
  return table(head, rows)
}

function wornTable(demand: Demand): string {
  const cases = [...simulatedMoves.map(nodes => sizeOf(demand, nodes)), { nodes: 1000, servers: 100 }]
  const rows = cases.map(size => {
    const { peers, most, fullest } = replaceOneByOne(demand, size)
    return [
      whole(size.nodes),
      `${size.servers}`,
      ...[peers.before, peers.after].map(short),
      ...[most.before, most.after].map(whole),
      ...[fullest.peak, fullest.after].map(each => each.toFixed(2)),
    ]
  })
  const head = [
    'nodes',
    'servers',
    'peers of a client',
    'afterwards',
    'most connections of one to one server',
    'afterwards',
    'fullest server on the way',
    'afterwards',
  ]
  return table(head, rows)
}

function addedTable(demand: Demand): string {
  const cases = [...simulatedMoves.map(nodes => sizeOf(demand, nodes)), { nodes: 1000, servers: 100 }]
  const rows = cases.map(size => {
    const { moved, held, came } = addOne(demand, size)
    return [
      whole(size.nodes),
      `${size.servers} and one`,
      percent(moved),
      percent(1 / (size.servers + 1)),
      ...[came, held.least, held.most].map(each => (each / held.mean).toFixed(2)),
    ]
  })
  const head = [
    'nodes',
    'servers',
    'connections that move',
    'the part of one server',
    'the new one, in multiples of the mean',
    'emptiest',
    'fullest',
  ]
  return table(head, rows)
}

function rhythmTable(demand: Demand): string {
  const size = sizeOf(demand, 5000)
  const rows = rhythms(demand, size).map(({ name, meanPerS, peakPerS, silent }) => [
    name,
    short(meanPerS),
    whole(peakPerS),
    short(peakPerS / meanPerS),
    percent(silent),
    `${whole((peakPerS * measured.serverCpu.answerUs) / 1000)} ms`,
  ])
  const cut = simulateCut(demand, sizeOf(demand, 1000), 28)
  const note = `\n\nOf answers cut to 28 addresses, others each time, at 1,000 nodes: the fullest server has ${(cut.most / cut.mean).toFixed(2)} times the mean of connections straight to pods.`
  return (
    table(
      [
        'clients begin',
        'exchanges/s, mean',
        'busiest second',
        'times the mean',
        'silent seconds',
        'CPU of that second',
      ],
      rows,
    ) + note
  )
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const short = (value: number): string => (value >= 100 ? whole(value) : value.toPrecision(2))
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
