import { createLogUpdate } from 'log-update'
import { pino } from 'pino'
import type { Engine } from '../engine/engine.ts'
import { conclusionText } from './conclusion-text.ts'
import { frame } from './frame.ts'
import { farewell, header, type Shown } from './header.ts'
import type { Output, OutputJob } from './output.ts'
import { paintFor } from './paint.ts'

const everyMs = 1000

/** A live table on the terminal, redrawn every second; what is logged scrolls by above it. */
export function screen({ config, clock, lost }: OutputJob): Output {
  const { stdout } = process
  const draw = createLogUpdate(stdout)
  const paint = paintFor(stdout)
  const log = pino(
    // On a terminal the table tells what runs: only what is wrong is worth a line of its own.
    { level: config.log.level === 'info' ? 'warn' : config.log.level, base: null },
    { write: (line: string) => draw.persist(lineText(line)) },
  )
  const stops: (() => unknown)[] = []
  let stopDrawing: (() => void) | undefined
  stdout.on('error', () => lost('the terminal is closed'))

  const picture = (engine: Engine, first: readonly string[], rows: number): string =>
    frame({ header: first, snapshot: engine.snapshot(), columns: stdout.columns || 80, rows }, paint)

  function redraw(engine: Engine, shown: Shown): void {
    draw(picture(engine, header(engine, shown, clock), stdout.rows || 24))
  }

  function drawing(engine: Engine, shown: Shown): void {
    redraw(engine, shown)
    stopDrawing = clock.alarm(everyMs, () => drawing(engine, shown))
  }

  function close(): void {
    stopDrawing?.()
    for (const stop of stops.splice(0)) stop()
    draw.clear()
    draw.done()
  }

  return {
    log,
    begin(engine, web, progress) {
      const shown = { web, progress }
      drawing(engine, shown)
      const resized = () => redraw(engine, shown)
      stdout.on('resize', resized)
      stops.push(() => stdout.off('resize', resized))
    },
    async end(engine, conclusion) {
      close()
      stdout.write(`${picture(engine, farewell(engine, clock), Infinity)}\n`)
      if (conclusion) stdout.write(`\n${conclusionText(conclusion, { width: stdout.columns || 80, paint })}`)
    },
    close,
  }
}

/** A log line as people read it. */
function lineText(line: string): string {
  const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { stack?: string } } // pino's own
  const word = pino.levels.labels[level] ?? String(level)
  return `${word}: ${msg ?? ''}${err?.stack ? `\n${err.stack}` : ''}`
}
