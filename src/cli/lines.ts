import type { Engine } from '../engine/engine.ts'
import type { Conclusion } from './conclusion.ts'
import { faultLines } from './fault-lines.ts'
import { jsonLog } from './json-log.ts'
import { logStream } from './log-stream.ts'
import type { Output, OutputJob } from './output.ts'
import { totals } from './totals.ts'
import { verdictLines } from './verdict-lines.ts'

/** How often the totals are logged, ms. */
const everyMs = 60_000
/** How long the last lines wait for a reader, ms. */
const patienceMs = 1000

/** JSON lines on stdout: the start, every fault and every verdict, the totals each minute, the end. Nothing per exchange. */
export function lines({ config, command, clock, lost }: OutputJob): Output {
  const stream = logStream(lost)
  const { pod, node } = config.identity
  const log = jsonLog(config.log.level, { pod, node }, stream)
  let stopTotals: (() => void) | undefined
  const unsubscribe: (() => void)[] = []

  function totalsIn(ms: number, engine: Engine): void {
    stopTotals = clock.alarm(ms, () => {
      log.info(totals(engine.snapshot()), 'totals')
      totalsIn(everyMs, engine)
    })
  }

  /** The last line, whatever the log level: what a Job was run for. */
  function concluded({ sentence, exitCode, verdicts }: Conclusion): void {
    jsonLog('info', { pod, node }, stream).info({ exitCode, verdicts }, sentence)
  }

  function close(): void {
    stopTotals?.()
    for (const stop of unsubscribe.splice(0)) stop()
  }

  return {
    log,
    begin(engine, web) {
      const { listens, identity, version } = engine
      const { wanted: processes } = engine.processes()
      log.info(
        { version, identity, processes, listens, web, journal: engine.journal?.().dir },
        `longhold ${command} runs`,
      )
      totalsIn(everyMs, engine)
      for (const sink of [faultLines(log, clock), verdictLines(log)]) unsubscribe.push(engine.subscribe(sink))
    },
    async end(engine, conclusion) {
      close()
      log.info(totals(engine.snapshot()), 'stopped')
      if (conclusion) concluded(conclusion)
      await Promise.race([stream.flushed(), clock.sleep(patienceMs)])
    },
    close,
  }
}
