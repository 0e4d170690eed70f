import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { type Clock, realClock } from '../../../src/clock.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { start } from '../../../src/engine/engine.ts'
import { kinds } from '../../../src/probes/index.ts'
import { accounting } from './accounting.ts'
import type { Report, Told } from './report.ts'

// The client that lives through a soak: the real engine, and beside it who counts what it tells. Each line on stdin is answered with a line
// of JSON on stdout; it ends with its input.
//
//     node --expose-gc client.ts CONFIGURATION

let stepMs = 0
const clock: Clock = { ...realClock, now: () => realClock.now() + stepMs }
const { config } = loadConfig(kinds, { command: 'client', text: process.argv[2], flags: {}, env: {} })
const log = pino({ level: 'silent' })
const books = accounting()
const verdicts: Told[] = []
const engine = await start({ config, command: 'client', clock, log, version: 'soak' })
engine.subscribe(news => {
  books.hear(news)
  if (news.type !== 'judged') return
  const { id, name, planned, state, says, series, since, confidence, evidence } = news.verdict
  verdicts.push({ id, name, planned, state, says, series, since, confidence, evidence })
})
const { startWeb } = await import('../../../src/web/server.ts')
if (config.web !== 'off') await startWeb({ listen: config.web.listen, source: engine, log, clock })

function report(): Report {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  const journal = engine.journal?.()
  return {
    ...books.counts,
    open: books.open.size,
    flaws: books.flaws,
    verdicts: verdicts.splice(0),
    heapBytes: heapUsed,
    residentBytes: rss,
    files: readdirSync('/proc/self/fd').length,
    timers: process.getActiveResourcesInfo().filter(name => name === 'Timeout').length,
    journalStopped: journal?.stopped !== undefined,
  }
}

/** Computes for so long, and does nothing else. */
function stall(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

for await (const line of createInterface({ input: process.stdin })) {
  const [word, value] = line.split(' ')
  if (word === 'step') stepMs += Number(value)
  if (word === 'stall') stall(Number(value))
  if (word === 'stop') await engine.stop()
  process.stdout.write(`${JSON.stringify(word === 'ids' ? [...books.open] : report())}\n`)
}
process.exit(0)
