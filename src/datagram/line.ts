import type { Clock } from '../clock.ts'
import { classify } from '../outcome/classify.ts'
import type { AskPhase, Fate, Word } from '../outcome/fate.ts'
import type { Flow } from '../outcome/flow.ts'
import type { strays } from '../outcome/observation.ts'
import type { Timer, Wheel } from '../schedule/wheel.ts'
import { unset } from '../schedule/wheel.ts'
import { openPort, type PortOptions, type Received } from './port.ts'

/** How long after its deadline an answer is still waited for: it splits "lost" from "slow". */
export const lateMs = 10_000

export type Stray = (typeof strays)[number]

/** One question, ready to go out. */
export interface Question<A> {
  /** What its answer is found by: unused on this line, see `Line.free`. */
  readonly key: number
  readonly bytes: Uint8Array
  /** What a datagram with our key says: the answer, or why it is none. */
  read(bytes: Buffer): A | 'malformed' | 'foreign'
  /** Hears how it ended, exactly once. */
  settle(ending: Ending<A>): void
}

/** How a question ended. `answer` is there when, and only when, the fate is `ok`. */
export interface Ending<A> extends Word {
  readonly phase: AskPhase
  /** From send to answer, or to giving up, microseconds. */
  readonly tookUs: number
  readonly answer?: A
  readonly stamp?: Received['stamp']
  /** The address the answer came from, when it was the wrong one. */
  readonly by?: string
  /** Of a question that was neither answered nor cancelled, and of every one on a pinned line. */
  readonly flow?: Flow
}

export interface LineOptions extends Pick<PortOptions, 'server' | 'localPort'> {
  readonly clock: Clock
  readonly wheel: Wheel
  readonly timeoutMs: number
  /** One port for good: each of its endings says which flow it was. */
  readonly pinned?: boolean
  /** The key in a datagram; `undefined` for one that is too short to have any. */
  readonly keyOf: (bytes: Buffer) => number | undefined
  /** A datagram that ended no question; `tookUs` since the question it belongs to. */
  readonly onStray: (what: Stray, tookUs?: number) => void
}

/** One local port and the questions that went out of it. */
export interface Line<A> {
  readonly localPort: number
  readonly free: (key: number) => boolean
  ask(question: Question<A>): void
  /** Ends what is still open as `cancelled`, and closes the port. */
  close(): void
}

/** Opens a local port for questions to one server. Rejects when the port is taken or the server has no route. */
export async function openLine<A>(options: LineOptions): Promise<Line<A>> {
  const { clock, wheel, timeoutMs, pinned, keyOf, onStray } = options
  const asked = new Map<number, Asked<A>>()

  function onDatagram({ bytes, at, stamp, expected, from }: Received): void {
    const key = keyOf(bytes)
    const one = key === undefined ? undefined : asked.get(key)
    if (!one) return onStray(key === undefined && expected ? 'malformed' : 'foreign')
    const answer = one.question.read(bytes)
    const tookMs = Math.max(0, at - one.at)
    if (answer === 'foreign') return onStray('foreign')
    if (!expected) {
      one.suspicion ??= { fate: 'wrong-source', code: 'WRONG_SOURCE', by: from }
      return onStray('wrong-source')
    }
    if (answer === 'malformed') {
      one.suspicion ??= { fate: 'wrong-reply', code: 'WRONG_REPLY malformed' }
      return onStray('malformed')
    }
    if (one.answered) return onStray('duplicate')
    one.answered = true
    if (one.open && tookMs <= timeoutMs) return end(one, { fate: 'ok', code: '', phase: 'wait', tookMs, answer, stamp })
    // The deadline is looked at once a tick: an answer that came between the two is late all the same.
    if (one.open) one.timer.ring()
    onStray('late', Math.round(tookMs * 1000))
  }

  /** What the kernel says concerns the port, not one question: everything that waits on it will wait in vain. */
  function onError(error: Error): void {
    const phase = 'syscall' in error && error.syscall === 'send' ? 'send' : 'wait'
    for (const one of asked.values())
      if (one.open) end(one, { ...classify(error), phase, tookMs: clock.steady() - one.at })
  }

  function end(one: Asked<A>, { tookMs, ...ending }: Omit<Ending<A>, 'tookUs' | 'flow'> & { tookMs: number }): void {
    one.open = false
    wheel.set(one.timer, lateMs)
    const wrong = ending.fate !== 'ok' && ending.fate !== 'cancelled'
    one.question.settle({
      ...ending,
      tookUs: Math.round(tookMs * 1000),
      ...((wrong || pinned) && { flow: port.flow() }),
    })
  }

  const port = await openPort({ ...options, onDatagram, onError })
  return {
    localPort: port.localPort,
    free: key => !asked.has(key),
    ask(question) {
      const one: Asked<A> = { question, at: clock.steady(), open: true, answered: false, timer: { ...unset, ring } }
      function ring(): void {
        if (!one.open) asked.delete(question.key)
        else
          end(one, {
            ...(one.suspicion ?? { fate: 'timeout', code: 'DEADLINE' }),
            phase: 'wait',
            tookMs: Math.max(timeoutMs, clock.steady() - one.at),
          })
      }
      asked.set(question.key, one)
      wheel.set(one.timer, timeoutMs)
      port.send(question.bytes)
    },
    close() {
      port.close()
      for (const one of asked.values()) {
        if (one.open) end(one, { fate: 'cancelled', code: 'ABORT_ERR', phase: 'wait', tookMs: clock.steady() - one.at })
        wheel.clear(one.timer)
      }
      asked.clear()
    },
  }
}

/** A question from its sending until nothing of it is waited for any more. */
interface Asked<A> {
  readonly question: Question<A>
  readonly at: number
  open: boolean
  answered: boolean
  /** Rings at the deadline, and once more when late answers are no longer waited for. */
  readonly timer: Timer
  /** What came instead of an answer: it names the fate if no answer does. */
  suspicion?: { readonly fate: Fate; readonly code: string; readonly by?: string }
}
