import type { Clock } from '../clock.ts'
import { tooLate } from '../evidence/read.ts'
import type { Ask } from '../evidence/source.ts'
import type { Evidence } from '../outcome/evidence.ts'
import type { Examined } from '../outcome/evidence.ts'
import type { Observation } from '../outcome/observation.ts'
import { trouble } from './trouble.ts'

/** Decides when evidence is read and about whom. Judging what it says is somebody else's work. */
export interface Investigation {
  /** A sink: faults call for an examination. */
  hear(observation: Observation): void
  /** Examines once more, at once, and resolves when that is told. */
  conclude(): Promise<void>
  stop(): Promise<void>
}

/** Everyone who can be asked. */
export interface Witnesses {
  /** Reads every scope. `thorough`: costly sources, too. Never rejects. */
  ask(about: Ask, thorough: boolean): Promise<Evidence>
  close(): Promise<void>
}

/** From the first fault to the first examination, ms: others follow, and what is asked should be the whole of it. */
const settleMs = 700
/** Between examinations while faults go on: from the first to the last, doubling, ms. */
const gapMs = { least: 1500, most: 30_000 } as const
/** Without a fault for so long the next one is a new story, ms. */
const quietMs = 30_000
/** While a verdict is open or a fault waits for one, ms. */
const watchfulMs = 5000

/** So often everything is asked again, without anything new, where somebody did not answer in time: a busy node may, later. */
const mostRetries = 3

export interface InvestigationJob {
  readonly clock: Clock
  readonly witnesses: Witnesses
  /** How often counters are read while all is well, ms. */
  readonly everyMs: number
  readonly tell: (told: Examined) => void
  /** A verdict is open. */
  readonly isOpen: () => boolean
}

export function investigate({ clock, witnesses, everyMs, tell, isOpen }: InvestigationJob): Investigation {
  const about = trouble()
  let gap: number = gapMs.least
  let lastFault = -Infinity
  let lastThorough = -Infinity
  let isNews = true
  let retries = 0
  let disarm: (() => void) | undefined
  let dueAt = Infinity
  let running: Promise<void> | undefined
  let stopped = false

  function within(ms: number): void {
    const at = clock.steady() + ms
    if (stopped || at >= dueAt) return
    disarm?.()
    dueAt = at
    disarm = clock.alarm(ms, () => {
      disarm = undefined
      dueAt = Infinity
      void examine()
    })
  }

  function examine(): Promise<void> {
    running ??= examineOnce().finally(() => {
      running = undefined
      plan()
    })
    return running
  }

  async function examineOnce(): Promise<void> {
    const now = clock.steady()
    const thorough = isNews && now - lastThorough >= gap
    if (thorough) {
      if (lastThorough > -Infinity) gap = Math.min(gapMs.most, gap * 2)
      lastThorough = now
      isNews = false
    }
    const evidence = await witnesses.ask(about.ask(), thorough)
    if (thorough && isLate(evidence) && retries < mostRetries) {
      retries += 1
      isNews = true
    }
    if (!stopped) tell({ type: 'examined', evidence })
  }

  /** The next look: soon while something is wrong, seldom while all is well. */
  function plan(): void {
    if (isNews) return within(untilDue())
    const isWatchful = isOpen() || clock.steady() - lastFault < 2 * watchfulMs
    within(isWatchful ? Math.min(watchfulMs, everyMs) : everyMs)
  }

  const untilDue = () => Math.max(settleMs, lastThorough + gap - clock.steady())

  within(0)

  return {
    hear(observation) {
      if (!about.hear(observation)) return
      const now = clock.steady()
      if (now - lastFault > quietMs) gap = gapMs.least
      lastFault = now
      isNews = true
      retries = 0
      if (!running) within(untilDue())
    },
    async conclude() {
      await running
      isNews = true
      lastThorough = -Infinity
      await examine()
    },
    async stop() {
      stopped = true
      disarm?.()
      await witnesses.close() // what is being read now is read in vain, and nobody waits for it
    },
  }
}

const isLate = (evidence: Evidence): boolean =>
  Object.values(evidence).some(readings =>
    Object.values(readings).some(reading => 'absent' in reading && reading.absent.includes(tooLate)),
  )
