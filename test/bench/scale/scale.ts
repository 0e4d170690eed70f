import { fileURLToPath } from 'node:url'
import { type Crowd } from '../../scale/crowd.ts'
import { measured } from '../../scale/measured.ts'
import type { Benchmark, Effort, Say } from '../benchmark.ts'
import type { Finding, Measure } from '../measure.ts'
import { finished } from '../subject.ts'
import type { Seen } from './inside.ts'
import { strangers } from './strangers.ts'

export const scale: Benchmark = {
  name: 'scale',
  summary:
    'packets, conntrack entries, memory and series of a server with the clients of 40 nodes, next to what docs/scale.md calculates',
  needs: { unshare: 'util-linux', nft: 'nftables', ip: 'iproute2' },
  run,
}

/** The clients of one node, which a process is for itself. */
const one = { processes: 1, clientsEach: 1 }

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  // As long as the first connects are spread, so that every rung speaks its whole number of times, or nearly, while it is watched.
  const pace = quick
    ? { timesFaster: 60, spreadMs: 60_000, settleMs: 1000, windowMs: 60_000 }
    : { timesFaster: 12, spreadMs: 300_000, settleMs: 1000, windowMs: 600_000 }
  const many = quick ? { processes: 2, clientsEach: 4 } : { processes: 5, clientsEach: 8 }
  const found: { readonly few: Seen; readonly all: Seen }[] = []
  const eachBytes: number[] = []
  for (let round = 1; round <= rounds; round++) {
    say(`scale: round ${round}, strangers`)
    eachBytes.push(await strangers(quick))
    say(`scale: round ${round}, one client`)
    const few = await watched({
      ...one,
      ...pace,
      spreadMs: 10_000,
      settleMs: 30_000,
      windowMs: 30_000,
      timesFaster: 60,
    })
    say(
      `scale: round ${round}, ${many.processes * many.clientsEach} clients, some ${(pace.spreadMs + pace.windowMs) / 60_000} minutes`,
    )
    found.push({ few, all: await watched({ ...many, ...pace }) })
  }
  return [finding(many, found, eachBytes)]
}

/** In a network namespace of its own: nobody else's packets are counted, and none leaves the machine. */
async function watched(crowd: Crowd): Promise<Seen> {
  const inside = fileURLToPath(new URL('inside.ts', import.meta.url))
  const text = await finished('unshare', ['--net', process.execPath, inside, JSON.stringify(crowd)])
  return JSON.parse(text) as Seen // inside.ts wrote it
}

function finding(
  { processes, clientsEach }: { readonly processes: number; readonly clientsEach: number },
  found: readonly { readonly few: Seen; readonly all: Seen }[],
  eachBytes: readonly number[],
): Finding {
  const { packets, bytes, udpEntryS, memory } = measured
  const rows: Measure[] = []
  const row = (what: string, unit: string, calculated: (seen: Seen) => number, read: (seen: Seen) => number) => {
    const [ours, theirs] = [found.map(({ all }) => calculated(all)), found.map(({ all }) => read(all))]
    rows.push(
      { what, unit, of: 'calculated', values: ours },
      { what, unit, of: 'measured', values: theirs },
      { what, unit, of: 'measured / calculated', values: theirs.map((value, round) => value / (ours[round] ?? NaN)) },
    )
  }
  const asked = ({ demand: { echo, dns } }: Seen) => processes * (echo.perS + dns.perS)
  const entriesOf = ({ demand: { echo, dns, connections } }: Seen) =>
    connections + (echo.freshPortsPerS + dns.freshPortsPerS) * udpEntryS + echo.pinnedPorts + dns.pinnedPorts
  const connections = (seen: Seen) => processes * seen.demand.connections
  const held = (of: 'packets' | 'bytes') => {
    const { exchange, keepalive } = of === 'packets' ? packets : bytes
    return ({ demand }: Seen) => processes * (demand.exchangesPerS * exchange + demand.keepalivesPerS * keepalive)
  }
  row(
    'exchanges',
    '1/s',
    seen => processes * seen.demand.exchangesPerS,
    perS(seen => seen.exchanges),
  )
  row(
    'packets of TCP',
    '1/s',
    held('packets'),
    perS(seen => seen.counted.tcpPackets),
  )
  row(
    'bytes of TCP',
    'B/s',
    held('bytes'),
    perS(seen => seen.counted.tcpBytes),
  )
  row(
    'packets of UDP',
    '1/s',
    seen => asked(seen) * packets.datagram,
    perS(seen => seen.counted.udpPackets),
  )
  row(
    'bytes of UDP',
    'B/s',
    ({ demand: { echo, dns } }) => processes * (echo.perS * bytes.echo + dns.perS * bytes.dnsQuestion),
    perS(seen => seen.counted.udpBytes),
  )
  row(
    'conntrack entries',
    '',
    seen => processes * entriesOf(seen),
    seen => seen.conntrackEntries,
  )
  row(
    'server: resident memory',
    'MB',
    seen => (memory.serverProcess + connections(seen) * memory.serverConnection) / 1e6,
    seen => seen.server.residentBytes / 1e6,
  )
  row(
    'kernel: slab for a socket',
    'bytes',
    () => memory.socket,
    seen => seen.slabBytes / 2 / connections(seen),
  )
  row(
    'server: CPU',
    'cores',
    ({ demand: { exchangesPerS, echo } }) =>
      measured.serverCpu.idle + (processes * (exchangesPerS + echo.perS) * measured.serverCpu.answerUs) / 1e6,
    seen => seen.server.cpuShare,
  )
  const what = 'server: resident memory of a connection, thousands of clients'
  const ofStrangers: Measure[] = [
    { what, unit: 'bytes', of: 'calculated', values: eachBytes.map(() => memory.serverConnection) },
    { what, unit: 'bytes', of: 'measured', values: eachBytes },
  ]
  const series = (of: 'client' | 'server'): Measure[] => [
    { what: `${of}: series`, unit: '', of: 'calculated', values: found.map(({ few }) => few[of].series) },
    { what: `${of}: series`, unit: '', of: 'measured', values: found.map(({ all }) => all[of].series) },
  ]
  return {
    title: `A server with the clients of ${processes * clientsEach} nodes in ${processes} processes`,
    measures: [...rows, ...ofStrangers, ...series('client'), ...series('server')],
    aims: [],
    notes: [
      'Packets and bytes are counted by nftables in the network namespace of these processes alone; of DNS the embedded server answers.',
      'Of series, "calculated" are those of one client, counted: how many connections there are should not matter.',
      'Slab is that of the whole machine: whatever else it does shows there.',
    ],
  }
}

const perS = (read: (seen: Seen) => number) => (seen: Seen) => read(seen) / seen.windowS
