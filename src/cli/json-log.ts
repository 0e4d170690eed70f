import { type Logger, pino } from 'pino'
import type { LogStream } from './log-stream.ts'

/** JSON lines with the level in words, the time as people read it, and who says it. */
export const jsonLog = (level: string, who: Readonly<Record<string, string>>, stream: LogStream): Logger =>
  pino(
    {
      level,
      base: who,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    stream,
  )
