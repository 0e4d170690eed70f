import { constants } from 'node:os'

/** Watches for Ctrl-C and `kill`. */
export interface Stopping extends Disposable {
  readonly signal: AbortSignal
  /** 128 and the signal's number, once one came. */
  readonly exitCode: number | undefined
}

/** From here on SIGINT, SIGTERM and SIGHUP abort `signal` instead of ending the process, until disposed of. */
export function untilStopped(): Stopping {
  const controller = new AbortController()
  let exitCode: number | undefined
  const stop = (name: NodeJS.Signals) => {
    exitCode = 128 + constants.signals[name]
    controller.abort()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, stop)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    [Symbol.dispose]() {
      for (const name of names) process.off(name, stop)
    },
  }
}
