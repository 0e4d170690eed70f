import type { Benchmark, Effort, Say } from '../benchmark.ts'
import { type Finding, type Measure, ratios } from '../measure.ts'
import { names, peers } from './peers.ts'
import { type Exchanging, exchanging, type Silent, silent, type Size } from './take.ts'

export const held: Benchmark = {
  name: 'held',
  summary:
    'memory, CPU and connect rate of both sides, from 1,000 to 54,000 connections, next to a pair in Go and one in C',
  needs: { gcc: 'gcc and libc6-dev', go: 'golang-go' },
  run,
}

type Name = (typeof names)[number]

/** What one program cost at one size in one round. `few`: the same with so few connections that they do not count. */
interface Round {
  readonly few: Silent
  readonly silent: Silent
  readonly exchanging: Exchanging
}

const thorough = {
  sizes: [
    { connections: 1000, processes: 1 },
    { connections: 5000, processes: 1 },
    { connections: 18_000, processes: 1 },
    { connections: 54_000, processes: 3 },
  ],
  idleMs: 60_000,
  windowMs: 30_000,
  silentMs: 10_000,
}
const fast = {
  sizes: [
    { connections: 1000, processes: 1 },
    { connections: 6000, processes: 3 },
  ],
  idleMs: 4000,
  windowMs: 6000,
  silentMs: 3000,
}
/** Of each process, where the process itself is measured. */
const few = 50

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const { sizes, ...pace } = quick ? fast : thorough
  using all = await peers()
  const findings: Finding[] = []
  for (const size of sizes) {
    const took = new Map<string, Round[]>()
    for (let round = 1; round <= rounds; round++)
      for (const peer of all.all) {
        say(`held: ${size.connections} connections, round ${round}, ${peer.name}`)
        const one: Round = {
          few: await silent(peer, { ...size, connections: few * size.processes }, 500),
          silent: await silent(peer, size, pace.silentMs),
          exchanging: await exchanging(peer, size, pace),
        }
        took.set(peer.name, [...(took.get(peer.name) ?? []), one])
      }
    findings.push(finding(size, pace, took))
  }
  return findings
}

/** The size at which the aims hold: as many as a process of usual limits holds. */
const judged = 18_000

function finding(
  { connections, processes }: Size,
  { idleMs, windowMs, silentMs }: { readonly idleMs: number; readonly windowMs: number; readonly silentMs: number },
  took: ReadonlyMap<string, Round[]>,
): Finding {
  const of = (name: Name, read: (round: Round) => number) => (took.get(name) ?? []).map(read)
  const everyone = (what: string, unit: string, read: (round: Round) => number): Measure[] =>
    names.map(name => ({ what, unit, of: name, values: of(name, read) }))
  /** What one connection more costs, so that the process itself is left out. */
  const each = (bytes: (silent: Silent) => number) => (round: Round) =>
    (bytes(round.silent) - bytes(round.few)) / (connections - few * processes)
  const memory = each(({ clientBytes }) => clientBytes)
  const exchange = (round: Round) => round.exchanging.clientUs
  const times = (read: (round: Round) => number, peer: Name) => ratios(of('longhold', read), of(peer, read))
  return {
    title: `${connections} connections in ${processes === 1 ? 'one process' : `${processes} processes`} on either side`,
    measures: [
      ...everyone('client: user memory per connection', 'bytes', memory),
      ...everyone('client: user memory in all', 'MiB', ({ silent }) => silent.clientBytes / 2 ** 20),
      ...everyone(
        'server: user memory per connection',
        'bytes',
        each(({ serverBytes }) => serverBytes),
      ),
      ...everyone(
        'kernel: slab per socket',
        'bytes',
        each(({ slabBytes }) => slabBytes / 2),
      ),
      ...everyone('connections opened per second', '1/s', ({ silent }) => silent.perSecond),
      ...everyone('client: CPU, all silent', '%', ({ silent }) => silent.clientCpu * 100),
      ...everyone('server: CPU, all silent', '%', ({ silent }) => silent.serverCpu * 100),
      ...everyone('client: CPU per exchange', 'us', exchange),
      ...everyone('server: CPU per exchange', 'us', round => round.exchanging.serverUs),
      ...everyone(
        'client: CPU, exchanging',
        '%',
        ({ exchanging }) => (exchanging.clientUs * exchanging.perSecond) / 1e4,
      ),
    ],
    aims:
      connections === judged
        ? [
            { what: 'client: user memory per connection', unit: 'bytes', values: of('longhold', memory), below: 2560 },
            { what: 'the same, times the Go pair', unit: '', values: times(memory, 'Go pair'), below: 1 },
            {
              what: 'client: CPU per exchange, times the Go pair',
              unit: '',
              values: times(exchange, 'Go pair'),
              below: 1,
            },
            {
              what: 'client: CPU per exchange, times the C pair',
              unit: '',
              values: times(exchange, 'C pair'),
              below: 1.5,
            },
          ]
        : [],
    notes: [
      `All opened at once, then silent for ${silentMs / 1000} s; and opened evenly, each exchanging every ${idleMs / 1000} s, for ${windowMs / 1000} s.`,
      `Memory is resident memory less that of the same processes with ${few} connections each${processes === 1 ? ', after a garbage collection' : ''}, per connection.`,
      'CPU is that of whole processes, user and kernel: recorder, TCP_INFO sweep and timers included. C speaks through one wheel and epoll, Go has a goroutine for each connection.',
    ],
  }
}
