import { mkdtempSync, rmSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { frameTypes } from '../../src/wire/frame.ts'
import type { Benchmark, Effort, Say } from './benchmark.ts'
import { type Finding, type Measure, percentile } from './measure.ts'
import { finished, longhold, type Seen, subject, until } from './subject.ts'
import { capture } from './wire/capture.ts'
import type { Packet } from './wire/pcap.ts'

export const detection: Benchmark = {
  name: 'detection',
  summary:
    'from RST, FIN and ICMP on the wire to the recorded observation, and how late deadlines are, at 18,000 connections',
  needs: { gcc: 'gcc and libc6-dev', tcpdump: 'tcpdump' },
  run,
}

const kinds = ['RST', 'FIN', 'ICMP', 'deadline'] as const
type Kind = (typeof kinds)[number]
type Delays = Readonly<Record<Kind, number[]>>

const deadlineMs = 5000

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const size = quick
    ? { connections: 2000, each: 40, idleMs: 5000 }
    : { connections: 18_000, each: 300, idleMs: 60_000 }
  const dir = mkdtempSync(join(tmpdir(), 'longhold-bench-'))
  try {
    const answerer = join(dir, 'answerer')
    await finished('gcc', ['-O2', '-o', answerer, fileURLToPath(new URL('held/answerer.c', import.meta.url))])
    const took: Delays[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`detection: round ${round}, opening ${size.connections} connections`)
      took.push(await measured(answerer, size, text => say(`detection: round ${round}, ${text}`)))
    }
    return [finding(took, size)]
  } finally {
    rmSync(dir, { recursive: true })
  }
}

interface Size {
  readonly connections: number
  /** How many are ended in each way. */
  readonly each: number
  readonly idleMs: number
}

async function measured(answerer: string, { connections, each, idleMs }: Size, say: Say): Promise<Delays> {
  using server = subject(answerer)
  const [to = ''] = await server.ask<string[]>('listens')
  const closed = await closedPort()
  using client = longhold('client', {
    probes: [
      {
        kind: 'tcp-hold',
        name: 'held',
        to,
        connections,
        idle: `${idleMs}ms`,
        spread: `${idleMs / 2}ms`,
        deadline: `${deadlineMs}ms`,
        reconnect: { base: '1h', cap: '1h' },
      },
      { kind: 'udp-echo', name: 'closed', to: `127.0.0.1:${closed}`, ports: ['fresh'], every: '100ms' },
    ],
  })
  await until(
    () => client.ask('report'),
    ({ open }) => open === connections,
    { withinMs: idleMs + 60_000, missing: 'not every connection opened' },
  )
  await sleep(idleMs / 2) // some have exchanged: the code is compiled
  await client.ask('seen')
  const port = Number(to.split(':').at(-1))
  using tcpdump = await capture(
    `(tcp port ${port} and greater 67) or (tcp src port ${port} and tcp[tcpflags] & (tcp-rst|tcp-fin) != 0) or icmp`,
  )
  for (let i = 0; i < each; i++) await server.ask('mute')
  for (const way of ['reset', 'fin']) {
    say(`${each} times ${way}`)
    for (let i = 0; i < each; i++) {
      await server.ask(way)
      await sleep(10 + Math.random() * 20)
    }
  }
  say('waiting for deadlines')
  await sleep(idleMs + deadlineMs + 1000)
  const seen = await client.ask<Seen[]>('seen')
  return delaysOf(seen, await tcpdump.packets(), port)
}

async function closedPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

const [fin, rst] = [1, 4]

/** From what was on the wire to what was recorded of the same local port, ms. */
function delaysOf(seen: readonly Seen[], packets: readonly Packet[], port: number): Delays {
  const those = (isIt: (packet: Packet) => boolean, portOf: (packet: Packet) => number, afterMs = 0) =>
    Map.groupBy(
      packets.filter(isIt).map(packet => ({ port: portOf(packet), at: packet.at + afterMs })),
      each => each.port,
    )
  const theirs = ({ fromPort, isError }: Packet) => fromPort === port && !isError
  const wire: Readonly<Record<Kind, ReadonlyMap<number, readonly { readonly at: number }[]>>> = {
    RST: those(
      packet => theirs(packet) && (packet.flags & rst) > 0,
      ({ toPort }) => toPort,
    ),
    FIN: those(
      packet => theirs(packet) && (packet.flags & fin) > 0,
      ({ toPort }) => toPort,
    ),
    ICMP: those(
      ({ isError }) => isError,
      ({ fromPort }) => fromPort,
    ),
    deadline: those(
      ({ toPort, payload }) => toPort === port && payload[3] === frameTypes.ping,
      ({ fromPort }) => fromPort,
      deadlineMs,
    ),
  }
  const fates: Readonly<Record<Kind, string>> = { RST: 'reset', FIN: 'closed', ICMP: 'refused', deadline: 'timeout' }
  /** A port is used again and again: what was seen of it belongs to the last before it, or to what is due just now. */
  const delays = (kind: Kind) =>
    seen.flatMap(({ what, port: local, at }) => {
      const before = what === fates[kind] ? wire[kind].get(local)?.findLast(each => each.at <= at + 1) : undefined
      return before ? [at - before.at] : []
    })
  return { RST: delays('RST'), FIN: delays('FIN'), ICMP: delays('ICMP'), deadline: delays('deadline') }
}

function finding(took: readonly Delays[], { connections, each }: Size): Finding {
  const everyone = (what: string, unit: string, read: (delays: readonly number[]) => number): Measure[] =>
    kinds.map(kind => ({ what, unit, of: kind, values: took.map(round => read(round[kind])) }))
  const ofEnds = (percent: number) => took.map(({ RST, FIN, ICMP }) => percentile([...RST, ...FIN, ...ICMP], percent))
  for (const round of took)
    for (const kind of kinds)
      if (round[kind].length < each * 0.9)
        throw new Error(`${kind}: ${round[kind].length} of ${each} were found on the wire`)
  return {
    title: `from the wire to the observation, at ${connections} connections`,
    measures: [
      ...everyone('seen', '', delays => delays.length),
      ...[50, 90, 99, 100].flatMap(percent =>
        everyone(percent === 100 ? 'worst' : `p${percent}`, 'ms', delays => percentile(delays, percent)),
      ),
    ],
    aims: [
      { what: 'RST, FIN and ICMP to observation, p50', unit: 'ms', values: ofEnds(50), below: 1 },
      { what: 'RST, FIN and ICMP to observation, p99', unit: 'ms', values: ofEnds(99), below: 5 },
    ],
    notes: [
      'The wire is a capture by tcpdump with the kernel’s stamps; the observation is the moment at which whoever subscribed to it was called.',
      `A deadline runs out ${deadlineMs / 1000} s after the ping that nobody answered was on the wire, and is late by up to two ticks of its wheel, 50 ms each.`,
    ],
  }
}
