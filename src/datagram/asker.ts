import { classify } from '../outcome/classify.ts'
import type { Word } from '../outcome/fate.ts'
import type { Flow } from '../outcome/flow.ts'
import { type Timer, unset } from '../schedule/wheel.ts'
import type { Address } from '../settings/address.ts'
import { flowTo } from '../settings/flow.ts'
import { pending } from './pending.ts'
import { type Line, lateMs, type LineOptions, openLine, type Question } from './line.ts'

/** Asks one server, in one port mode. */
export interface Asker<A> {
  /**
   * Sends the questions that `make` makes, together, from one socket. `free` tells which keys are unused.
   * When no socket could be opened, `failed` hears why instead, and where they should have gone.
   */
  ask(make: (free: (key: number) => boolean) => readonly Question<A>[], failed: (word: Word, flow: Flow) => void): void
  /** Ends what is still open as `cancelled`, and closes every port. Resolves when every fate is told. */
  stop(): Promise<void>
}

/** How long the port of an answered question stays open, ms: what comes twice comes soon. */
const duplicateMs = 1000
/** Ports kept open only to see late and duplicate answers. A budget, not a knob: beyond it the oldest is closed. */
const lingering = 256

export interface FreshOptions extends Omit<LineOptions, 'server' | 'localPort' | 'pinned'> {
  /** Whom the next call of `ask` asks. */
  readonly nextServer: () => Address
}

/** A new source port, hence a new conntrack entry, for each call of `ask`. */
export function freshPorts<A>(options: FreshOptions): Asker<A> {
  const open = new Set<Line<A>>()
  const opening = pending()
  const watched = new Map<Line<A>, Timer>() // a Map keeps insertion order: its first is the oldest
  let stopped = false

  async function askFrom(server: Address, make: Parameters<Asker<A>['ask']>[0]): Promise<void> {
    const line = await openLine<A>({ ...options, server })
    const questions = make(line.free)
    open.add(line)
    let left = questions.length
    let unanswered = 0
    const settled = (fate: string) => {
      left -= 1
      unanswered += fate === 'ok' ? 0 : 1
      if (left === 0 && !stopped) watch(line, unanswered ? lateMs : duplicateMs)
    }
    for (const question of questions)
      line.ask({
        ...question,
        settle(ending) {
          settled(ending.fate)
          question.settle(ending)
        },
      })
    if (stopped) line.close()
  }

  function watch(line: Line<A>, ms: number): void {
    open.delete(line)
    const timer: Timer = { ...unset, ring: () => close(line) }
    watched.set(line, timer)
    options.wheel.set(timer, ms)
    const [oldest] = watched.keys()
    if (oldest && watched.size > lingering) close(oldest)
  }

  function close(line: Line<A>): void {
    const timer = watched.get(line)
    if (!timer) return
    options.wheel.clear(timer)
    watched.delete(line)
    line.close()
  }

  return {
    ask(make, failed) {
      const server = options.nextServer()
      opening.add(askFrom(server, make).catch((error: unknown) => failed(classify(error), flowTo('udp', {}, server))))
    },
    stop() {
      stopped = true
      for (const line of open) line.close()
      for (const line of watched.keys()) close(line)
      open.clear()
      return opening.ended()
    },
  }
}

/** How many sockets `freshPorts` holds at most, asked every `everyMs`: two for each port, see `openPort`. */
export const freshSockets = (everyMs: number, timeoutMs: number): number =>
  2 * (Math.ceil(timeoutMs / everyMs) + 1 + Math.min(lingering, Math.ceil(lateMs / everyMs)))

export interface PinnedAsker<A> extends Asker<A> {
  /** Absent until the first question went out. */
  readonly localPort: number | undefined
}

/** One source port for good, whatever errors it hears: it keeps meeting the same conntrack entry. */
export function pinnedPort<A>(options: Omit<LineOptions, 'pinned'>): PinnedAsker<A> {
  let line: Line<A> | undefined
  let opening: Promise<Line<A>> | undefined
  const asking = pending()
  let stopped = false

  async function opened(): Promise<Line<A>> {
    opening ??= openLine<A>({ ...options, pinned: true })
    try {
      line = await opening
    } finally {
      opening = undefined
    }
    return line
  }

  async function askFrom(make: Parameters<Asker<A>['ask']>[0]): Promise<void> {
    const mine = line ?? (await opened())
    for (const question of make(mine.free)) mine.ask(question)
    if (stopped) mine.close()
  }

  return {
    get localPort() {
      return line?.localPort
    },
    ask(make, failed) {
      asking.add(
        askFrom(make).catch((error: unknown) =>
          failed(classify(error), flowTo('udp', { port: options.localPort }, options.server)),
        ),
      )
    },
    stop() {
      stopped = true
      line?.close()
      return asking.ended()
    },
  }
}
