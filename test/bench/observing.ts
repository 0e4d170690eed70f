import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Effort, Say } from './benchmark.ts'
import { type Finding, type Measure, percentile } from './measure.ts'
import { longhold, longholdServer, type Report, type Subject, subject, until } from './subject.ts'

export const observing: Benchmark = {
  name: 'observing',
  summary:
    'what it costs a client with 18,000 connections in 20 cohorts to be looked at: scrapes, API, page stream, journal',
  needs: {},
  run,
}

const cohorts = 20
/** Between two looks, ms: far more often than anybody looks, so that the cost shows. */
const everyMs = 250

/** How it is looked at, each by itself. The journal is a client of its own. */
const ways = {
  'left alone': undefined,
  scrape: '/metrics',
  snapshot: '/api/status',
  history: '/api/history',
  survival: '/api/survival',
  connections: '/api/connections?limit=100&filter=cohort-7',
  'page stream': '/api/events',
  journal: undefined,
} as const
type Way = keyof typeof ways

interface Window {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** The same of a process that does nothing, in the same moments. */
  readonly idleMaxMs: number
  readonly cpuMs: number
  readonly bytes: number
  /** How long each look took, as whoever looked saw it. */
  readonly tookMs: readonly number[]
}

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const each = quick ? 100 : 900
  const looks = quick ? 12 : 60
  const dir = mkdtempSync(join(tmpdir(), 'longhold-bench-'))
  try {
    using idle = subject(process.execPath, fileURLToPath(new URL('idle.ts', import.meta.url)))
    const took = new Map<Way, Window[]>()
    for (const journal of ['off', { dir }] as const) {
      say(
        `observing: opening ${each * cohorts} connections in ${cohorts} cohorts${journal === 'off' ? '' : ', journal on'}`,
      )
      using pair = await begun(each, quick, journal)
      await sleep(quick ? 1000 : 60_000) // every connection has spoken: the code is compiled
      for (const path of Object.values(ways)) await watch(pair, idle, 5, path) // likewise
      for (let round = 1; round <= rounds; round++)
        for (const way of Object.keys(ways) as Way[]) {
          if ((way === 'journal') !== (journal !== 'off')) continue
          say(`observing: round ${round}, ${way}`)
          took.set(way, [...(took.get(way) ?? []), await watch(pair, idle, looks, ways[way])])
        }
    }
    return [finding(each * cohorts, looks, took)]
  } finally {
    rmSync(dir, { recursive: true })
  }
}

interface Pair extends Disposable {
  readonly client: Subject
  readonly url: string
}

async function begun(each: number, quick: boolean, journal: 'off' | { readonly dir: string }): Promise<Pair> {
  const server = longholdServer()
  const [to = ''] = await server.ask<string[]>('listens')
  const probes = Array.from({ length: cohorts }, (_, index) => {
    const name = `cohort-${index}`
    return { kind: 'tcp-hold', name, to, connections: each, idle: '60s', spread: quick ? '2s' : '30s' }
  })
  const client = longhold('client', { web: { listen: '127.0.0.1:0' }, journal, probes })
  const all = ({ open }: Report) => open === each * cohorts
  await until(() => client.ask('report'), all, { withinMs: 90_000, missing: 'not every connection opened' })
  return {
    client,
    url: `http://${(await client.ask<string[]>('listens')).at(-1)}`,
    [Symbol.dispose]() {
      client[Symbol.dispose]()
      server[Symbol.dispose]()
    },
  }
}

/** The page stream is opened once and read on; everything else is asked for again and again. */
async function watch({ client, url }: Pair, idle: Subject, looks: number, path: string | undefined): Promise<Window> {
  const before = await client.ask('report')
  await Promise.all([idle.ask('watch loop'), client.ask('watch loop')])
  const tookMs: number[] = []
  const over = new AbortController()
  let bytes = 0
  if (path === ways['page stream'])
    void (async () => {
      const { body } = await fetch(url + path, { signal: over.signal })
      for await (const chunk of body ?? []) bytes += chunk.byteLength
    })().catch(() => {}) // it ends with the window
  for (let turn = 0; turn < looks; turn++) {
    const began = performance.now()
    if (path !== undefined && path !== ways['page stream']) {
      const text = await (await fetch(url + path)).text()
      tookMs.push(performance.now() - began)
      bytes += Buffer.byteLength(text)
    }
    await sleep(Math.max(0, everyMs - (performance.now() - began)))
  }
  const loop = await client.ask<Pick<Window, 'p50Ms' | 'p99Ms' | 'maxMs'>>('loop')
  const { maxMs: idleMaxMs } = await idle.ask<{ maxMs: number }>('loop')
  over.abort()
  const after = await client.ask('report')
  const cpuMs = (after.userUs + after.systemUs - before.userUs - before.systemUs) / 1000
  return { ...loop, idleMaxMs, cpuMs, tookMs, bytes }
}

function finding(connections: number, looks: number, took: ReadonlyMap<Way, readonly Window[]>): Finding {
  const names = Object.keys(ways) as Way[]
  const everyone = (what: string, unit: string, read: (window: Window, round: number) => number): Measure[] =>
    names.map(of => ({ what, unit, of, values: (took.get(of) ?? []).map(read) }))
  const alone = (round: number) => took.get('left alone')?.[round]?.cpuMs ?? NaN
  const worst = (took.get('left alone') ?? []).map((_, round) =>
    Math.max(
      ...names.map(name => {
        const { maxMs = NaN, idleMaxMs = NaN } = took.get(name)?.[round] ?? {}
        return maxMs - idleMaxMs
      }),
    ),
  )
  const seconds = (looks * everyMs) / 1000
  return {
    title: `${connections} connections in ${cohorts} cohorts, each exchanging once a minute, looked at every ${everyMs} ms for ${seconds} s`,
    measures: [
      ...everyone('event loop late, p50', 'ms', ({ p50Ms }) => p50Ms),
      ...everyone('event loop late, p99', 'ms', ({ p99Ms }) => p99Ms),
      ...everyone('event loop late, worst', 'ms', ({ maxMs }) => maxMs),
      ...everyone('an idle process late, worst', 'ms', ({ idleMaxMs }) => idleMaxMs),
      ...everyone('CPU of one look', 'ms', ({ cpuMs }, round) => (cpuMs - alone(round)) / looks),
      ...everyone('answer', 'KiB', ({ bytes }) => bytes / looks / 1024),
      ...everyone('took who looked, p50', 'ms', ({ tookMs }) => percentile(tookMs, 50)),
      ...everyone('took who looked, p99', 'ms', ({ tookMs }) => percentile(tookMs, 99)),
    ],
    aims: [
      {
        what: 'longest stall of the event loop, however it is looked at, beyond that of an idle process',
        unit: 'ms',
        values: worst,
        below: 5,
      },
    ],
    notes: [
      'Lateness is that of a timer of 1 ms; what an idle process has of it at the same time is the machine’s. The sweep of TCP_INFO, the exchanges and the recorder run in all of them, left alone or not.',
      'The page stream is one stream, read on; a look at it is what came of it in a quarter of a second. The journal is written by a client of its own.',
    ],
  }
}
