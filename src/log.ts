import type { Logger } from 'pino'

/** Where a room says something to people: pino's four levels, nothing else of it. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
