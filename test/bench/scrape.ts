import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Effort, Say } from './benchmark.ts'
import { type Finding, median, percentile } from './measure.ts'
import { longhold, longholdServer, type Report, type Subject, until } from './subject.ts'

export const scrape: Benchmark = {
  name: 'scrape',
  summary: 'what a scrape of /metrics costs a client that holds 18,000 connections in 20 cohorts',
  needs: {},
  run,
}

const cohorts = 20
/** Between two scrapes, ms: far more often than anybody scrapes, so that the cost shows. */
const everyMs = 250

interface Loop {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface Window extends Loop {
  readonly cpuMs: number
  readonly bytes: number
  readonly lines: number
  /** How long each scrape took, as the scraper saw it. */
  readonly tookMs: readonly number[]
}

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const each = quick ? 100 : 900
  const scrapes = quick ? 12 : 60
  using server = longholdServer()
  const [to = ''] = await server.ask<string[]>('listens')
  const probes = Array.from({ length: cohorts }, (_, index) => {
    const name = `cohort-${index}`
    return { kind: 'tcp-hold', name, to, connections: each, idle: '60s', spread: quick ? '2s' : '20s' }
  })
  using client = longhold('client', { web: { listen: '127.0.0.1:0' }, probes })
  const url = `http://${(await client.ask<string[]>('listens')).at(-1)}/metrics`
  const all = ({ open }: Report) => open === each * cohorts
  say(`scrape: opening ${each * cohorts} connections in ${cohorts} cohorts`)
  await until(() => client.ask('report'), all, { withinMs: 60_000, missing: 'not every connection opened' })
  await watch(client, url, 10, true) // the code is compiled
  const scraped: Window[] = []
  const alone: Window[] = []
  for (let round = 1; round <= rounds; round++) {
    say(`scrape: round ${round}, left alone`)
    alone.push(await watch(client, url, scrapes, false))
    say(`scrape: round ${round}, scraped`)
    scraped.push(await watch(client, url, scrapes, true))
  }
  return [finding(each, scrapes, scraped, alone)]
}

async function watch(client: Subject, url: string, scrapes: number, scraping: boolean): Promise<Window> {
  const before = await client.ask('report')
  await client.ask('watch loop')
  const tookMs: number[] = []
  let text = ''
  for (let turn = 0; turn < scrapes; turn++) {
    const began = performance.now()
    if (scraping) text = await (await fetch(url)).text()
    if (scraping) tookMs.push(performance.now() - began)
    await sleep(Math.max(0, everyMs - (performance.now() - began)))
  }
  const loop = await client.ask<Loop>('loop')
  const after = await client.ask('report')
  const cpuMs = (after.userUs + after.systemUs - before.userUs - before.systemUs) / 1000
  return { ...loop, cpuMs, tookMs, bytes: Buffer.byteLength(text), lines: text.split('\n').length }
}

function finding(each: number, scrapes: number, scraped: readonly Window[], alone: readonly Window[]): Finding {
  const both = (what: string, unit: string, read: (window: Window) => number) => [
    { what, unit, of: 'scraped', values: scraped.map(read) },
    { what, unit, of: 'left alone', values: alone.map(read) },
  ]
  return {
    title: `/metrics of a client with ${each * cohorts} connections in ${cohorts} cohorts, scraped every ${everyMs} ms`,
    measures: [
      own(
        'answer',
        'KiB',
        scraped.map(({ bytes }) => bytes / 1024),
      ),
      own(
        'lines of it',
        '',
        scraped.map(({ lines }) => lines),
      ),
      own(
        'took the scraper, p50',
        'ms',
        scraped.map(({ tookMs }) => median(tookMs)),
      ),
      own(
        'took the scraper, p99',
        'ms',
        scraped.map(({ tookMs }) => percentile(tookMs, 99)),
      ),
      own(
        'CPU of one scrape',
        'ms',
        scraped.map(({ cpuMs }, round) => (cpuMs - (alone[round]?.cpuMs ?? NaN)) / scrapes),
      ),
      ...both('event loop late, p50', 'ms', ({ p50Ms }) => p50Ms),
      ...both('event loop late, p99', 'ms', ({ p99Ms }) => p99Ms),
      ...both('event loop late, worst', 'ms', ({ maxMs }) => maxMs),
    ],
    aims: [],
    notes: ['Lateness is that of a timer of 1 ms; a scrape renders one metric in each turn of the event loop.'],
  }
}

const own = (what: string, unit: string, values: readonly number[]) => ({ what, unit, of: 'scraped', values })
