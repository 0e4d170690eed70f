import { once } from 'node:events'
import { pino } from 'pino'
import type { Engine } from '../engine/engine.ts'
import { Problem } from '../outcome/problem.ts'
import { complain } from './complain.ts'
import { faultLines } from './fault-lines.ts'
import type { Output, OutputJob } from './output.ts'
import { totals } from './totals.ts'

/** How often the totals are logged, ms. */
const everyMs = 60_000
/** Lines that wait for a reader, characters: what does not fit is lost. */
const mostWaiting = 1 << 20
/** How long the last lines wait for a reader, ms. */
const patienceMs = 1000

/** JSON lines on stdout: the start, every fault, the totals each minute, the end. Nothing per exchange. */
export function lines({ config, command, clock, lost }: OutputJob): Output {
  // Not in sync: a reader that pauses would stop the event loop, and every probe with it.
  const destination = pino.destination({ dest: 1, sync: false, maxLength: mostWaiting })
  destination.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') return lost('the output is closed')
    if (!failing)
      complain(new Problem(`cannot write the log (${error.message}): probing goes on; make room where the log goes.`))
    failing = true
  })
  let failing = false
  let given = false
  process.once('exit', () => {
    if (!given && !failing) destination.flushSync()
  })
  const { pod, node } = config.identity
  const log = pino(
    {
      level: config.log.level,
      base: { pod, node },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    destination,
  )
  let stopTotals: (() => void) | undefined
  let stopFaults: (() => void) | undefined

  function totalsIn(ms: number, engine: Engine): void {
    stopTotals = clock.alarm(ms, () => {
      log.info(totals(engine.snapshot()), 'totals')
      totalsIn(everyMs, engine)
    })
  }

  function close(): void {
    stopTotals?.()
    stopFaults?.()
  }

  return {
    log,
    begin(engine, web) {
      const { listens, identity, version } = engine
      log.info({ version, identity, listens, web, journal: engine.journal?.().dir }, `longhold ${command} runs`)
      totalsIn(everyMs, engine)
      stopFaults = engine.subscribe(faultLines(log, clock))
    },
    async end(engine) {
      close()
      log.info(totals(engine.snapshot()), 'stopped')
      given = true
      destination.end()
      await Promise.race([once(destination, 'close').catch(() => {}), clock.sleep(patienceMs)])
    },
    close,
  }
}
