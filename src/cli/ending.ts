import { constants } from 'node:os'
import type { Clock } from '../clock.ts'
import { timeIsUp } from './conclusion.ts'

export interface Ending {
  /** Why we stop, in a word. */
  readonly reason: Promise<string>
  readonly now: (reason: string) => void
}

/** A launcher, npm and the terminal may each hand us the same Ctrl-C: closer together than this it is one. ms. */
const sameKeyMs = 400

/**
 * Resolves on SIGINT, SIGTERM, or SIGHUP where nobody else takes that, or after `forMs`. A second Ctrl-C does not wait for
 * goodbyes: exit code 130.
 */
export function ending(forMs: number | undefined, clock: Clock, onHangup?: () => void): Ending {
  const { promise, resolve } = Promise.withResolvers<string>()
  let interruptedAt: number | undefined
  process.on('SIGINT', () => {
    interruptedAt ??= clock.steady()
    if (clock.steady() - interruptedAt > sameKeyMs) process.exit(128 + constants.signals.SIGINT)
    resolve('SIGINT')
  })
  process.on('SIGTERM', () => resolve('SIGTERM'))
  process.on('SIGHUP', onHangup ?? (() => resolve('SIGHUP')))
  if (forMs !== undefined) clock.alarm(forMs, () => resolve(timeIsUp))
  return { reason: promise, now: resolve }
}
