import type { Clock } from '../clock.ts'
import type { SocketOptions } from '../outcome/socket.ts'
import type { Cut, Death } from '../tuning/trial.ts'
import type { Lateness } from './lateness.ts'
import type { Protocol, Ending, Connection, Reply, Speaker } from './protocol.ts'

interface Silence {
  readonly silenceMs: number
  /** Steady ms at which it was over: something was said, or was to be, or it was cut. */
  readonly at: number
}

/** What became of one connection. */
export type Outcome =
  | (Silence & { readonly type: 'survived' })
  | (Silence & { readonly type: 'died'; readonly how: Death })
  | (Silence & { readonly type: 'cut'; readonly how: Cut; readonly said: string | undefined })
  /** Nothing of it says anything about the timeout. */
  | { readonly type: 'spoiled'; readonly why: string }

/** One connection from its opening to its end. */
export interface Attempt {
  readonly silenceMs: number
  /** Steady ms since it has been silent; `undefined` before and after. */
  quietSince(): number | undefined
  /** It was asked, and its answer is awaited. */
  isAsking(): boolean
  readonly server: string | undefined
  /** Asks now, whatever is left of the silence. */
  askNow(): void
  /** Gives it up; its outcome is `spoiled`. */
  giveUp(why: string): void
  readonly outcome: Promise<Outcome>
}

export interface AttemptWish {
  /** Infinity: silent until it is asked. */
  readonly silenceMs: number
  readonly speaker: Speaker
  readonly options: SocketOptions
  readonly deadlineMs: number
}

export interface AttemptWorld {
  readonly protocol: Protocol
  readonly clock: Clock
  readonly lateness: Lateness
}

/** Is silent, and asks; or listens, where the server is to speak. */
export function attempt(
  connection: Connection,
  { protocol, clock, lateness }: AttemptWorld,
  wish: AttemptWish,
): Attempt {
  const { silenceMs, speaker, deadlineMs } = wish
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>()
  let state: 'silent' | 'asking' | 'over' = 'silent'
  let disarm: (() => void) | undefined
  /** The server was overdue, so we spoke. */
  let asked = false

  function finish(result: Outcome): void {
    if (state === 'over') return
    state = 'over'
    disarm?.()
    connection.close()
    resolve(result)
  }

  const silentFor = (): number => clock.steady() - connection.quietSince

  async function ask(): Promise<void> {
    if (state !== 'silent') return
    state = 'asking'
    disarm?.()
    const over: Silence = { silenceMs: silentFor(), at: clock.steady() }
    // After a stall of ours the answer may wait in the kernel: it is read before the deadline is judged.
    disarm = clock.alarm(deadlineMs, () => setImmediate(() => finish({ ...over, type: 'died', how: 'unanswered' })))
    finish(judge(await connection.ask(), over))
  }

  const hasMoved = (reply: Reply & { fate: 'ok' }) => protocol.transport === 'udp' && reply.server !== connection.server

  function judge(reply: Reply, over: Silence): Outcome {
    if (reply.fate !== 'ok') return failed(reply, over)
    return hasMoved(reply) ? { ...over, type: 'died', how: 'elsewhere' } : { ...over, type: 'survived' }
  }

  /**
   * The server is to speak. Where it is overdue we ask: who is told RST, or meets another server, need not wait any longer. What is
   * heard after that was let in by our own question.
   */
  function listen(): void {
    const unheard = () => {
      const silence = silenceMs + lateness.usual()
      finish({ type: 'died', silenceMs: silence, at: since + silence, how: 'unheard' })
    }
    async function overdue(): Promise<void> {
      asked = true
      disarm = clock.alarm(Math.max(0, silenceMs + deadlineMs - silentFor()), () => setImmediate(unheard))
      const reply = await connection.ask()
      const isForgotten = reply.fate === 'ok' ? hasMoved(reply) : reply.fate === 'reset' || reply.fate === 'closed'
      if (isForgotten) unheard()
    }
    disarm = clock.alarm(Math.max(0, silenceMs + lateness.beyond() - silentFor()), () =>
      setImmediate(() => void overdue()),
    )
    void connection.heard.then(at => {
      if (asked) return unheard()
      lateness.note(at - since - silenceMs)
      finish({ type: 'survived', silenceMs: Math.max(silenceMs, at - since), at })
    })
  }
  const since = connection.quietSince

  void connection.ended.then(ending => {
    // Our own question to a server that is overdue draws the RST that says what its silence meant.
    if (state === 'silent' && !asked) finish(endedAs(ending, ending.at - connection.quietSince))
  })
  if (speaker === 'server') listen()
  else if (silenceMs < Infinity) disarm = clock.alarm(Math.max(0, silenceMs - silentFor()), () => void ask())

  return {
    silenceMs,
    quietSince: () => (state === 'silent' ? connection.quietSince : undefined),
    isAsking: () => state === 'asking' || (state === 'silent' && speaker === 'server' && silentFor() >= silenceMs),
    server: connection.server,
    askNow: () => void ask(),
    giveUp: why => finish({ type: 'spoiled', why }),
    outcome,
  }
}

function failed({ fate, code }: Exclude<Reply, { fate: 'ok' }>, over: Silence): Outcome {
  if (fate === 'reset') return { ...over, type: 'died', how: 'reset' }
  if (fate === 'timeout' || fate === 'wrong-source') return { ...over, type: 'died', how: 'unanswered' }
  if (fate === 'closed') return { ...over, type: 'died', how: 'closed' }
  return { type: 'spoiled', why: `${fate}: ${code}` }
}

function endedAs({ how, said, at }: Ending, silenceMs: number): Outcome {
  if (how === 'goodbye') return { type: 'spoiled', why: `the server left: ${said ?? 'it said goodbye'}` }
  return { type: 'cut', silenceMs, at, how, said }
}
