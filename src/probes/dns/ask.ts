import { randomInt } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { freshPorts, pinnedPort } from '../../datagram/asker.ts'
import { pending } from '../../datagram/pending.ts'
import type { Ending, Question, Stray } from '../../datagram/line.ts'
import type { OfProbe } from '../../outcome/observation.ts'
import type { Address } from '../../settings/address.ts'
import type { World } from '../kind.ts'
import { type Answer, readAnswer } from './answer.ts'
import { type AskedType, type Query, queryFor } from './query.ts'
import { askOverTcp } from './tcp.ts'

/** One server, asked in one port mode. */
export interface Asking {
  readonly of: OfProbe
  readonly server: Address
  /** Of the pinned mode; 0 is any. */
  readonly localPort: number
  readonly timeoutMs: number
  readonly world: World
}

/** Asks for a name in some types and tells the fate of each question. */
export interface Questioner {
  ask(name: string, types: readonly AskedType[]): void
  /** Tells what is open as cancelled and closes every socket. Resolves when every fate is told. */
  stop(): Promise<void>
}

/**
 * `fresh` sends each question from a port of its own, `pinned` all from the same for good, `pair` those of one call together
 * from one new port: two packets at once through one socket, which is what races for a conntrack entry.
 */
export function questioner(asking: Asking): Questioner {
  const { of, server, localPort, timeoutMs, world } = asking
  const line = {
    server,
    localPort,
    timeoutMs,
    clock: world.clock,
    wheel: world.wheel,
    nextServer: () => server,
    keyOf: (bytes: Buffer) => (bytes.length < 12 ? undefined : bytes.readUInt16BE(0)),
    onStray: (what: Stray, tookUs?: number) => world.tell(strayed(of, what, tookUs)),
  }
  const asker = of.mode === 'pinned' ? pinnedPort<Answer>(line) : freshPorts<Answer>(line)
  const over = new AbortController()
  const retries = pending()
  setMaxListeners(0, over.signal)
  const send = (name: string, types: readonly AskedType[]) =>
    asker.ask(
      free => questions(free, name, types),
      (word, flow) => {
        for (const type of types)
          world.tell({ type: 'asked', ...of, ...word, phase: 'send', tookUs: 0, question: `${name} ${type}`, flow })
      },
    )

  function questions(free: (id: number) => boolean, name: string, types: readonly AskedType[]): Question<Answer>[] {
    const ids = new Set<number>()
    while (ids.size < types.length) ids.add(unusedId(free))
    return [...ids].flatMap((id, index) => {
      const type = types[index]
      return type ? [question(queryFor({ id, name, type, edns: true }), `${name} ${type}`)] : []
    })
  }

  function question(query: Query, words: string): Question<Answer> {
    const sentAt = world.clock.steady()
    return {
      key: query.id,
      bytes: query.bytes,
      read: bytes => readAnswer(query, bytes),
      settle(ending) {
        if (ending.answer?.truncated) retries.add(again(query, words, sentAt, flowOf(ending)))
        else world.tell({ type: 'asked', ...of, question: words, ...inWords(ending) })
      },
    }
  }

  /** The answer was cut: the same question over TCP, as every resolver does (RFC 7766). */
  async function again(query: Query, words: string, sentAt: number, flow: Pick<Ending<Answer>, 'flow'>): Promise<void> {
    const came = await askOverTcp({
      server,
      queries: [query],
      deadlineMs: timeoutMs,
      clock: world.clock,
      signal: over.signal,
    })
    const tookUs = Math.round((world.clock.steady() - sentAt) * 1000)
    const asked = { type: 'asked', ...of, question: words, phase: 'wait', tookUs, truncated: true, ...flow } as const
    if (!('flow' in came)) world.tell({ ...asked, fate: 'ok', code: '', ...rcodeOf(came[0]), stamp: 'user' })
    else if (came.fate === 'cancelled') world.tell({ ...asked, fate: 'cancelled', code: came.code })
    else world.tell({ ...asked, ...came })
  }

  return {
    ask(name, types) {
      if (of.mode === 'fresh') for (const type of types) send(name, [type])
      else send(name, types)
    },
    async stop() {
      over.abort()
      await asker.stop()
      await retries.ended()
    },
  }
}

/** An id nobody can guess (RFC 5452) and nothing on this port waits for. */
function unusedId(free: (id: number) => boolean): number {
  for (;;) {
    const id = randomInt(65_536)
    if (free(id)) return id
  }
}

const inWords = ({ answer, ...ending }: Ending<Answer>) => ({ ...ending, ...rcodeOf(answer) })

const rcodeOf = (answer: Answer | undefined) => answer && { rcode: answer.rcode }

const flowOf = ({ flow }: Ending<Answer>) => (flow ? { flow } : {})

const strayed = (of: OfProbe, what: Stray, tookUs?: number) =>
  ({ type: 'strayed', ...of, what, ...(tookUs !== undefined && { tookUs }) }) as const
