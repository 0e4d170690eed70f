import { pino } from 'pino'
import type { Engine } from '../engine/engine.ts'
import { faultLines } from './fault-lines.ts'
import type { Output, OutputJob } from './output.ts'
import { totals } from './totals.ts'

/** How often the totals are logged, ms. */
const everyMs = 60_000

/** JSON lines on stdout: the start, every fault, the totals each minute, the end. Nothing per exchange. */
export function lines({ config, command, clock, lost }: OutputJob): Output {
  const destination = pino.destination({ dest: 1, sync: true })
  destination.on('error', () => lost('the output is closed'))
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
    end(engine) {
      close()
      log.info(totals(engine.snapshot()), 'stopped')
    },
    close,
  }
}
