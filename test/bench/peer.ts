import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { realClock } from '../../src/clock.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Command } from '../../src/config/schema.ts'
import { start } from '../../src/engine/engine.ts'
import type { Asked } from '../../src/outcome/observation.ts'
import { kinds } from '../../src/probes/index.ts'
import type { Address } from '../../src/settings/address.ts'
import type { Web } from '../../src/web/server.ts'
import type { Answered, Report, Seen } from './subject.ts'

// A longhold process under measurement: the real engine with a real configuration, and beside it only what the
// measuring itself needs. Each line on stdin is answered with one line of JSON on stdout; it exits when stdin ends.
//
//     node --expose-gc peer.ts client|server CONFIGURATION [BUSY_MS EVERY_MS]

const [command, text, busyMs, everyMs] = process.argv.slice(2)
const { config } = loadConfig(kinds, { command: command as Command, text, flags: {}, env: {} })
const log = pino({ level: 'warn' }, pino.destination(2))
const engine = await start({ config, command: command as Command, clock: realClock, log, version: 'bench' })
const web = config.web === 'off' ? undefined : await served(config.web.listen)

const answers: Answered[] = []
if (config.probes.some(({ kind }) => kind === 'dns'))
  engine.subscribe(each => {
    if (each.type === 'asked' && each.fate === 'ok') answers.push(answered(each, each.at))
  })
const answered = ({ question = '', tookUs }: Asked, at: number): Answered => ({ question, at, tookUs })

const seen: { what: string; port: number; now: number }[] = []
engine.subscribe(each => {
  const isOver = (each.type === 'ended' && !each.planned) || (each.type === 'asked' && each.fate !== 'ok')
  if (isOver && each.flow)
    seen.push({ what: each.fate, port: Number(each.flow.local.split(':').at(-1)), now: performance.now() })
})

/** What the wall clock shows when `performance.now()` is 0, ms, to a few microseconds: read as its millisecond turns. */
function epoch(): number {
  const tries = Array.from({ length: 20 }, () => {
    const before = Date.now()
    let now = before
    while (now === before) now = Date.now()
    return now - performance.now()
  })
  return Math.max(...tries)
}

/** Work of somebody else in the same event loop. */
if (busyMs)
  setInterval(() => {
    const until = performance.now() + Number(busyMs)
    while (performance.now() < until);
  }, Number(everyMs))

const delay = monitorEventLoopDelay({ resolution: 1 })

const replies: Readonly<Record<string, () => unknown>> = {
  listens: () => [...engine.listens, ...(web?.listens ?? [])],
  report,
  /** Twice: what the first leaves to finalizers, the second frees. */
  gc() {
    globalThis.gc?.()
    globalThis.gc?.()
    return report()
  },
  'watch loop'() {
    delay.enable()
    delay.reset()
    return true
  },
  loop: () => ({
    p50Ms: delay.percentile(50) / 1e6 - 1,
    p99Ms: delay.percentile(99) / 1e6 - 1,
    maxMs: delay.max / 1e6 - 1,
  }),
  answers: () => answers.splice(0),
  seen() {
    const began = epoch()
    return seen.splice(0).map(({ now, ...rest }): Seen => ({ ...rest, at: began + now }))
  },
}

async function served(listen: Address): Promise<Web> {
  const { startWeb } = await import('../../src/web/server.ts') // only where it is measured: elsewhere it would be memory
  return startWeb({ listen, source: engine, log, clock: realClock })
}

function report(): Report {
  const { user: userUs, system: systemUs } = process.cpuUsage()
  const { cohorts } = engine.snapshot()
  const sum = (of: 'open' | 'exchanges' | 'suspects') => cohorts.reduce((all, cohort) => all + cohort[of], 0)
  const ends = cohorts.flatMap(({ ends }) => ends).reduce((all, { count }) => all + count, 0)
  return {
    open: sum('open'),
    exchanges: sum('exchanges'),
    suspects: sum('suspects'),
    ends,
    userUs,
    systemUs,
    heapBytes: process.memoryUsage().heapUsed,
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(replies[line]?.() ?? 'what?')}\n`)
process.exit(0)
