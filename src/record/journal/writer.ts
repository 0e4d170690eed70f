import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Sink } from '../../outcome/observation.ts'
import { beat } from '../../schedule/beat.ts'
import type { Recorder } from '../recorder.ts'
import { type Files, hasRoom } from './files.ts'
import { type Lock, takeLock } from './lock.ts'
import type { Queue } from './queue.ts'
import { reasonOf } from './reasons.ts'

export interface Journal {
  /** Takes a few microseconds and never throws; the line is with the kernel some 20 ms later. */
  readonly sink: Sink
  status(): JournalStatus
  /** Writes what waits, and the histograms, and gives the directory back. */
  close(): Promise<void>
}

export interface JournalStatus {
  readonly dir: string
  /** Of all files. */
  readonly bytes: number
  /** Why nothing is written now, such as `the disk is full (ENOSPC)`. */
  readonly stopped?: string
  /** Observations of this run whose line is with the kernel: a killed process loses none of them. */
  readonly written: number
  /** How many of these a power cut would not take: they are on the disk. */
  readonly synced: number
  /** Observations without a line since it stopped; the totals will have them. */
  readonly missed: number
}

/** Between an observation and its write, ms: many observations share one. */
const flushMs = 20
/** Between two syncs, ms: a power cut takes what is younger. As often as ext4 commits. */
const syncMs = 5000
/** Without news, a line says now and then that the process is alive and its connections are silent, ms. */
const aliveMs = 5000

interface Parts {
  readonly dir: string
  readonly maxBytes: number
  readonly intervalMs: number
  readonly retryMs: number
  readonly clock: Clock
  readonly log: Log
  readonly recorder: Recorder
  readonly lock: Lock
  readonly waiting: Queue
  readonly out: Files
}

/** Writes what waits, one write at a time; stops when it cannot, and tries again now and then. */
export function writer(parts: Parts): Journal {
  const { dir, maxBytes, intervalMs, retryMs, clock, log, recorder, waiting, out } = parts
  let { lock } = parts
  let stopped: { readonly reason: string; readonly at: number } | undefined
  let closed = false
  let histogramsDue = false
  let syncDue = false
  let synced = 0
  let newsSinceAlive = false
  /** The write, or the attempt to go on, in flight. */
  let busy: Promise<void> | undefined
  let cancelFlush: (() => void) | undefined
  const again = (everyMs: number, strike: () => void) => beat(clock, { everyMs, delayMs: everyMs }, strike)
  const alarms = [
    again(intervalMs, dueHistograms),
    again(aliveMs, sayAlive),
    again(syncMs, dueSync),
    again(retryMs, retry),
  ]

  function sink(...[observation]: Parameters<Sink>): void {
    if (closed) return
    newsSinceAlive = true
    waiting.push(observation)
    schedule()
  }

  function schedule(): void {
    if (!busy && !stopped && !closed) cancelFlush ??= clock.alarm(flushMs, flush)
  }

  function flush(): void {
    cancelFlush = undefined
    run(write)
  }

  /** One at a time; whatever came meanwhile is written next. */
  function run(work: () => Promise<void>): void {
    busy = work()
      .catch(stop)
      .finally(() => {
        busy = undefined
        if (waiting.bytes > 0 || waiting.left) schedule()
      })
  }

  async function write(): Promise<void> {
    const turn = waiting.left || out.full(waiting.bytes)
    const taken = waiting.take(turn || histogramsDue)
    const head = turn ? waiting.head() : undefined // at the same moment: what is in these totals is in no later line
    histogramsDue = false
    await out.append(taken)
    waiting.kept('taken')
    if (syncDue) await sync()
    if (!head) return
    await out.begin(() => head)
    waiting.kept('head')
  }

  async function sync(): Promise<void> {
    syncDue = false
    const { written } = waiting
    await out.sync()
    synced = written
  }

  async function stop(error: unknown): Promise<void> {
    const reason = reasonOf(error)
    waiting.lost(reason)
    if (!stopped) log.warn(`the journal in ${dir} stopped: ${reason}. ${consequence(retryMs)}`)
    stopped = { reason, at: stopped?.at ?? clock.now() }
    await out.close().catch(() => {})
  }

  function retry(): void {
    if (stopped && !busy) run(goOn)
  }

  async function goOn(): Promise<void> {
    if (!(await lock.holds())) {
      await lock.release()
      lock = await takeLock(dir)
    }
    if (!(await hasRoom(dir, maxBytes))) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    const { missed } = waiting
    await out.begin(() => waiting.head())
    waiting.kept('head')
    const seconds = Math.round((clock.now() - (stopped?.at ?? 0)) / 1000)
    stopped = undefined
    log.info(
      `the journal in ${dir} goes on after ${seconds} s: ${missed} observations have no line, the totals have them`,
    )
  }

  function dueHistograms(): void {
    histogramsDue = true
    schedule()
  }

  function dueSync(): void {
    syncDue = true
    if (waiting.written > synced) schedule()
  }

  function sayAlive(): void {
    if (!newsSinceAlive && !stopped) alive()
    newsSinceAlive = false
  }

  function alive(): void {
    const now = { at: clock.now(), steady: clock.steady() }
    recorder.pass(now)
    waiting.note({ journal: 'alive', ...now })
    schedule()
  }

  return {
    sink,
    status: () => ({
      dir,
      bytes: out.bytes,
      written: waiting.written,
      synced,
      missed: waiting.missed,
      ...(stopped && { stopped: stopped.reason }),
    }),
    async close() {
      for (const cancel of [...alarms, cancelFlush]) cancel?.()
      await busy
      if (!stopped) alive()
      closed = true
      cancelFlush?.()
      histogramsDue = true
      if (!stopped) await write().catch(stop)
      await out.close()
      await lock.release()
    },
  }
}

const consequence = (retryMs: number): string =>
  `Probing goes on; the journal tries again every ${Math.round(retryMs / 1000)} s.`
