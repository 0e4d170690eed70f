import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Effort, Say } from '../benchmark.ts'
import { type Finding, type Measure, ratios } from '../measure.ts'
import { finished, longhold, longholdServer, until } from '../subject.ts'
import type { Grown } from './grown.ts'

export const growth: Benchmark = {
  name: 'growth',
  summary: 'memory, CPU, scrape and journal of a client against connections, cohorts, servers and days',
  needs: {},
  run,
}

/** One point of a curve. */
interface Load {
  readonly connections: number
  readonly cohorts: number
  readonly servers: number
}

interface Taken {
  readonly bytes: number
  readonly cpu: number
  readonly scrapeBytes: number
  readonly snapshotBytes: number
}

const curves = {
  connections: [1000, 2000, 5000, 10_000, 18_000].map(connections => ({ connections, cohorts: 5, servers: 1 })),
  cohorts: [1, 5, 20, 50, 100].map(cohorts => ({ connections: 2000, cohorts, servers: 1 })),
  servers: [1, 2, 4, 8, 16].map(servers => ({ connections: 2000, cohorts: 5, servers })),
} as const satisfies Readonly<Record<string, readonly Load[]>>
type Curve = keyof typeof curves

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [name, points] of Object.entries(curves) as [Curve, readonly Load[]][]) {
    const some = quick ? points.slice(0, 2) : points
    const took = new Map<number, Taken[]>()
    for (let round = 1; round <= rounds; round++)
      for (const load of some) {
        say(`growth: round ${round}, ${load[name]} ${name}`)
        took.set(load[name], [...(took.get(load[name]) ?? []), await taken(load, quick)])
      }
    findings.push(curveFinding(name, some, took))
  }
  const days = quick ? 4 : 64
  const grown: Grown[][] = []
  for (let round = 1; round <= rounds; round++) {
    say(`growth: round ${round}, ${days} days`)
    const words = ['--expose-gc', fileURLToPath(new URL('days.ts', import.meta.url)), `${days}`]
    const said = await finished(process.execPath, words)
    grown.push(
      said
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Grown),
    ) // our own process
  }
  return [...findings, daysFinding(grown)]
}

/** Each exchanges once a minute; they are opened over half of one. */
async function taken({ connections, cohorts, servers }: Load, quick: boolean): Promise<Taken> {
  const seconds = quick ? 4 : 60
  const all = Array.from({ length: servers }, longholdServer)
  try {
    const to = await Promise.all(all.map(async server => (await server.ask<string[]>('listens'))[0] ?? ''))
    const probes = Array.from({ length: cohorts }, (_, index) => ({
      kind: 'tcp-hold',
      name: `cohort-${index}`,
      to,
      connections: connections / cohorts,
      idle: `${seconds}s`,
      spread: `${seconds / 2}s`,
    }))
    using client = longhold('client', { web: { listen: '127.0.0.1:0' }, probes })
    const opened = { withinMs: seconds * 1000 + 60_000, missing: 'not every connection opened' }
    await until(
      () => client.ask('report'),
      ({ open }) => open === connections,
      opened,
    )
    await sleep(seconds * 500) // the first have exchanged: the code is compiled
    const url = `http://${(await client.ask<string[]>('listens')).at(-1)}`
    const before = client.cpuUs()
    await sleep(seconds * 1000)
    const cpu = (client.cpuUs() - before) / seconds / 1e6
    const sizeOf = async (path: string) => Buffer.byteLength(await (await fetch(url + path)).text())
    const [scrapeBytes, snapshotBytes] = [await sizeOf('/metrics'), await sizeOf('/api/status')]
    await client.ask('gc')
    await sleep(1000) // V8 gives pages back a little after a collection
    return { bytes: client.residentBytes(), cpu, scrapeBytes, snapshotBytes }
  } finally {
    for (const server of all) server[Symbol.dispose]()
  }
}

function curveFinding(name: Curve, points: readonly Load[], took: ReadonlyMap<number, Taken[]>): Finding {
  const everyone = (what: string, unit: string, read: (taken: Taken) => number): Measure[] =>
    points.map(load => ({ what, unit, of: `${load[name]}`, values: (took.get(load[name]) ?? []).map(read) }))
  const [{ connections, cohorts, servers } = { connections: 0, cohorts: 0, servers: 0 }] = points
  const fixed = {
    connections: `${connections} connections`,
    cohorts: `${cohorts} cohorts`,
    servers: `${servers} server`,
  }
  const others = Object.entries(fixed).flatMap(([each, words]) => (each === name ? [] : words))
  return {
    title: `a client against ${name}, with ${others.join(' and ')}`,
    measures: [
      ...everyone('resident memory', 'MiB', ({ bytes }) => bytes / 2 ** 20),
      ...everyone('CPU, each exchanging once a minute', '%', ({ cpu }) => cpu * 100),
      ...everyone('scrape', 'KiB', ({ scrapeBytes }) => scrapeBytes / 1024),
      ...everyone('snapshot', 'KiB', ({ snapshotBytes }) => snapshotBytes / 1024),
    ],
    aims: [],
    notes: [],
  }
}

const heap = ({ heapBytes }: Grown) => heapBytes

function daysFinding(rounds: readonly (readonly Grown[])[]): Finding {
  const days = (rounds[0] ?? []).map(each => each.days)
  const at = (day: number | undefined, read: (grown: Grown) => number) =>
    rounds.flatMap(round => round.filter(each => each.days === day).map(read))
  const everyone = (what: string, unit: string, read: (grown: Grown) => number): Measure[] =>
    days.map(day => ({ what, unit, of: `${day} d`, values: at(day, read) }))
  return {
    title:
      'a client against days: five cohorts and two probes, 30,000 observations a day, servers replaced every half hour',
    measures: [
      ...everyone('heap', 'MiB', each => each.heapBytes / 2 ** 20),
      ...everyone('snapshot', 'KiB', each => each.snapshotBytes / 1024),
      ...everyone('journal', 'MiB', each => each.journalBytes / 2 ** 20),
      ...everyone('CPU per observation, on the last day', 'us', each => each.cpuUs),
    ],
    aims: [
      {
        what: `heap after ${days.at(-1)} days, times that after ${days.at(-3)}`,
        unit: '',
        values: ratios(at(days.at(-1), heap), at(days.at(-3), heap)),
        below: 1.1,
      },
    ],
    notes: [
      'Recorder, rules and journal in a process of their own, fed as fast as they can. The journal may have 64 MiB.',
    ],
  }
}
