import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Effort, Say } from '../benchmark.ts'
import { type Finding, type Measure, ratios } from '../measure.ts'
import { finished, longhold, longholdServer, type Report, subject, type Subject, until } from '../subject.ts'

export const held: Benchmark = {
  name: 'held',
  summary: 'memory per held connection and CPU per exchange, next to a minimal C epoll holder',
  needs: { gcc: 'gcc and libc6-dev' },
  run,
}

/** What one client did in one round, against a fresh server. */
interface Round {
  readonly residentBytes: number
  readonly heapBytes: number
  readonly userUs: number
  readonly systemUs: number
  readonly serverUs: number
  readonly serverResidentBytes: number
  /** Slab of the whole machine, both ends of every connection. */
  readonly slabBytes: number
}

const clients = ['longhold', 'longhold, journal on', 'C holder'] as const
type Client = (typeof clients)[number]

interface Size {
  readonly connections: number
  /** So few that their memory does not count: what the process needs without connections, warm. */
  readonly base: number
  readonly idleMs: number
  readonly windowMs: number
}

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const size = quick
    ? { connections: 4000, base: 40, idleMs: 2000, windowMs: 6000 }
    : { connections: 18_000, base: 180, idleMs: 10_000, windowMs: 20_000 }
  const dir = mkdtempSync(join(tmpdir(), 'longhold-bench-'))
  try {
    const holder = join(dir, 'holder')
    await finished('gcc', ['-O2', '-o', holder, fileURLToPath(new URL('holder.c', import.meta.url))])
    const full = new Map<Client, Round[]>()
    const base = new Map<Client, Round[]>()
    for (let round = 1; round <= rounds; round++)
      for (const [rounds, connections] of [
        [full, size.connections],
        [base, size.base],
      ] as const)
        for (const client of clients) {
          say(`held: round ${round}, ${client}, ${connections} connections`)
          const took = await once(client, connections, size, { holder, dir: join(dir, `${round}-${connections}`) })
          rounds.set(client, [...(rounds.get(client) ?? []), took])
        }
    return [finding(size, full, base)]
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function once(
  client: Client,
  connections: number,
  { idleMs, windowMs }: Size,
  { holder, dir }: { readonly holder: string; readonly dir: string },
): Promise<Round> {
  const slabBefore = slabBytes()
  using server = longholdServer()
  const [to = ''] = await server.ask<string[]>('listens')
  // Spread over one silence: exchanges then come evenly, as they do in a cohort that has run for long.
  using peer =
    client === 'C holder'
      ? subject(holder, ...to.split(':'), `${connections}`, `${idleMs}`, `${idleMs}`)
      : longhold('client', {
          journal: client === 'longhold' ? 'off' : { dir },
          probes: [{ kind: 'tcp-hold', name: 'idle', to, connections, idle: `${idleMs}ms`, spread: `${idleMs}ms` }],
        })
  const missing = `${client}: not every connection opened`
  await until(
    () => peer.ask('report'),
    ({ open }) => open === connections,
    { withinMs: idleMs + 30_000, missing },
  )
  await sleep(idleMs * 1.2) // every connection has spoken once: the code is compiled, the buffers have their size
  const [before, serverBefore] = [await peer.ask('report'), await server.ask('report')]
  await sleep(windowMs)
  const [after, serverAfter] = [await peer.ask('report'), await server.ask('report')]
  sound(client, connections, after)
  const exchanges = after.exchanges - before.exchanges
  if (exchanges < connections) throw new Error(`${client}: ${exchanges} exchanges on ${connections} connections`)
  const { heapBytes = 0 } = await peer.ask('gc')
  await server.ask('gc')
  return {
    residentBytes: await settled(peer),
    heapBytes,
    userUs: (after.userUs - before.userUs) / exchanges,
    systemUs: (after.systemUs - before.systemUs) / exchanges,
    serverUs: (cpu(serverAfter) - cpu(serverBefore)) / exchanges,
    serverResidentBytes: await settled(server),
    slabBytes: slabBytes() - slabBefore,
  }
}

/** V8 gives pages back a little after a collection. */
async function settled(peer: Subject): Promise<number> {
  await sleep(500)
  return peer.residentBytes()
}

const cpu = ({ userUs, systemUs }: Report): number => userUs + systemUs

function sound(client: Client, connections: number, { open, ends = 0 }: Report): void {
  if (open !== connections || ends > 0) throw new Error(`${client}: ${open} of ${connections} open, ${ends} ended`)
}

function finding(size: Size, full: ReadonlyMap<Client, Round[]>, base: ReadonlyMap<Client, Round[]>): Finding {
  const { connections, idleMs, windowMs } = size
  const of = (client: Client, read: (round: Round) => number) => (full.get(client) ?? []).map(read)
  /** What one connection more costs: the difference between many and few, so that the process itself is left out. */
  const each = (client: Client, read: (round: Round) => number) =>
    of(client, read).map((many, round) => {
      const few = base.get(client)?.[round]
      return few ? (many - read(few)) / (connections - size.base) : NaN
    })
  const everyone = (what: string, unit: string, values: (client: Client) => number[]): Measure[] =>
    clients.map(client => ({ what, unit, of: client, values: values(client) }))
  const memory = (client: Client) => each(client, ({ residentBytes }) => residentBytes)
  const cpuOf = (client: Client) => of(client, ({ userUs, systemUs }) => userUs + systemUs)
  const times = (client: Client) => ratios(cpuOf(client), cpuOf('C holder'))
  return {
    title: `${connections} connections in one client process, each exchanging every ${idleMs / 1000} s for ${windowMs / 1000} s`,
    measures: [
      ...everyone('client: resident memory per connection', 'bytes', memory),
      ...everyone('client: heap per connection', 'bytes', client => each(client, ({ heapBytes }) => heapBytes)),
      ...everyone('client: resident memory in all', 'MiB', client => of(client, r => r.residentBytes / 2 ** 20)),
      ...everyone('client: CPU per exchange', 'us', cpuOf),
      ...everyone('  of it in user space', 'us', client => of(client, ({ userUs }) => userUs)),
      ...everyone('client: CPU per exchange, times the C holder', '', times),
      ...everyone('server: CPU per exchange', 'us', client => of(client, ({ serverUs }) => serverUs)),
      ...everyone('server: resident memory per connection', 'bytes', client =>
        each(client, r => r.serverResidentBytes),
      ),
      ...everyone('kernel: slab per socket', 'bytes', client => each(client, ({ slabBytes }) => slabBytes / 2)),
    ],
    aims: [
      { what: 'user memory per connection on the client', unit: 'bytes', values: memory('longhold'), below: 3072 },
      { what: 'CPU per exchange, times the C holder', unit: '', values: times('longhold'), below: 2 },
    ],
    notes: [
      `Memory is resident memory after a garbage collection, less that of the same process with ${size.base} connections, per connection.`,
      'CPU is getrusage(2), user and system, of the whole process: the recorder, the TCP_INFO sweep and every timer included.',
    ],
  }
}

function slabBytes(): number {
  return Number(/^Slab:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
}
