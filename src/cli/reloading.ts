import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import type { Loaded } from '../config/load.ts'
import type { Engine } from '../engine/engine.ts'
import { reasonOf } from '../evidence/reason.ts'
import type { Log } from '../log.ts'
import { Problem } from '../outcome/problem.ts'
import type { ConfigurationState } from '../web/source.ts'

export interface ReloadingJob {
  readonly engine: Pick<Engine, 'reload'>
  readonly file: string
  /** Reads and checks the file. Throws a Problem with every mistake. */
  readonly load: () => Loaded
  /** Hears of a file that cannot be gone on with, once for each reason. */
  readonly refused: (mistake: string) => void
  readonly clock: Clock
  readonly log: Log
}

export interface Reloading {
  /** Reads the file now, whether it changed or not. Never rejects. */
  now(): Promise<void>
  state(): ConfigurationState
  close(): void
}

/** How often the file is looked at, ms. A ConfigMap takes a minute to arrive; inotify loses sight of what is swapped by symlink. */
const everyMs = 2000

/** Goes on with what the file says whenever it says something else. With a mistake in it, what runs goes on as it is. */
export function reloading({ engine, file, load, refused, clock, log }: ReloadingJob): Reloading {
  let state: ConfigurationState = { file, loadedAt: clock.now(), nextStart: [] }
  let seen = textOf(file)
  let turn: Promise<void> = Promise.resolve()
  let stopLooking: (() => void) | undefined

  async function reload(): Promise<void> {
    try {
      const { config, warnings } = load()
      for (const warning of warnings) log.warn(warning)
      const { begun, kept, ended, nextStart } = await engine.reload(config)
      state = { file, loadedAt: clock.now(), nextStart }
      log.info({ begun, ended, kept: kept.length, nextStart }, 'goes on with the configuration as it is now')
    } catch (error) {
      refuse(error instanceof Problem ? error.message : reasonOf(error))
    }
  }

  function refuse(mistake: string): void {
    if (mistake === state.mistake) return
    state = { ...state, mistake }
    log.error({ mistake }, 'the configuration is not gone on with: what runs is the one before')
    refused(mistake)
  }

  /** One after the other. */
  const inTurn = (): Promise<void> => (turn = turn.then(reload))

  async function look(): Promise<void> {
    const before = await seen
    seen = textOf(file)
    if ((await seen) !== before) await inTurn()
    lookLater()
  }

  function lookLater(): void {
    stopLooking = clock.alarm(everyMs, () => void look())
  }

  lookLater()
  return {
    now: inTurn,
    state: () => state,
    close: () => stopLooking?.(),
  }
}

/** `undefined` where it cannot be read: then `load` says why. */
const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined)
