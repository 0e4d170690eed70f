import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { Problem } from '../../outcome/problem.ts'
import type { Recorder } from '../recorder.ts'
import { files } from './files.ts'
import { takeLock } from './lock.ts'
import { queue } from './queue.ts'
import { reasonOf, remedy } from './reasons.ts'
import { replay, sinceCheckpoint } from './replay.ts'
import { findSegments } from './segment.ts'
import { type Journal, writer } from './writer.ts'

export interface JournalOptions {
  /** Made where it is missing. */
  readonly dir: string
  /** Of all files together; the oldest go. Default 64 MiB. */
  readonly maxBytes?: number
  /** How often the interval histograms are written. Default a minute. */
  readonly intervalMs?: number
  /** How often it tries again once it had to stop. Default 30 s. */
  readonly retryMs?: number
  readonly clock: Clock
  readonly log: Log
  /** Gets back what the journal has, and is asked for checkpoints. Must have folded whatever the sink is told. */
  readonly recorder: Recorder
}

/**
 * Opens the journal in `dir`: what is there is folded into the recorder, then a new pair of files goes on from it.
 * A directory that cannot be written, or has a writer already, is a Problem.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { dir, recorder, clock, log, maxBytes = 64 * 1024 * 1024, intervalMs = 60_000, retryMs = 30_000 } = options
  try {
    const lock = await takeLock(dir)
    try {
      const { notes } = await replay(dir, await sinceCheckpoint(dir, await findSegments(dir), recorder), recorder)
      for (const note of notes) log.info(`journal: ${note}`)
      const waiting = queue(recorder, clock)
      const out = files(dir, maxBytes)
      await out.begin(() => waiting.head())
      waiting.kept('head')
      return writer({ dir, maxBytes, intervalMs, retryMs, clock, log, recorder, lock, waiting, out })
    } catch (error) {
      await lock.release()
      throw error
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(`the journal's directory ${dir} cannot be used: ${reasonOf(error)}; ${remedy}`)
  }
}
