import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { asking } from './asking.ts'
import { ending } from './facts.ts'
import { parseAnswer } from './parse.ts'
import { answerOf, type Asked, type LedgerSettings } from './source.ts'

const word = z.string().max(253)
/** A moment that a calendar has, whatever a server says. */
const time = z.number().min(0).max(4e15)
const count = z.number().min(0)
const identity = z.object({ pod: word, node: word, ip: word, instance: word })

/** A whole account, as any version of a server may tell it. */
const toldAccount = z.object({
  server: identity,
  /** The server's own clock as it answered, epoch ms; absent where a server is too old to say. */
  atMs: time.optional(),
  id: word,
  kind: word,
  cohort: word,
  path: word,
  client: identity,
  remote: word,
  local: word,
  openedAt: time,
  lastAt: time,
  exchanges: count,
  bytesIn: count,
  bytesOut: count,
  state: z.enum(['open', 'overdue', 'ended']),
  ending: ending.extend({ at: time }).optional(),
})
export type ToldAccount = Omit<z.output<typeof toldAccount>, 'server' | 'atMs'>
type Identity = z.output<typeof identity>

/** By so much the server's clock is ahead of ours, give or take half of the time its answer took (Cristian 1989). */
export interface ClockDifference {
  readonly aheadMs: number
  readonly errorMs: number
}

/** What the server of a connection says of it when a person asks. */
export type Statement =
  /** `clock` is absent where it is our own, or where the server did not say what it shows. */
  | {
      readonly state: 'told'
      readonly account: ToldAccount
      readonly server: Identity
      readonly clock?: ClockDifference
    }
  /** A ledger answered, and knows no such connection. `answeredBy` another instance than was asked: it was restarted. */
  | { readonly state: 'unknown'; readonly asked: string; readonly answeredBy: string | undefined }
  | { readonly state: 'unreachable'; readonly why: string }

/** Asks the server of one connection for all it knows of it. Never rejects, and ends within the deadline of a source. */
export async function statementOf(asked: Asked, settings: LedgerSettings, clock: Clock): Promise<Statement> {
  using ask = asking(clock, settings)
  const [at, began] = [clock.now(), clock.steady()]
  const answer = await answerOf(asked, settings, ask)
  if ('why' in answer) return { state: 'unreachable', why: answer.why }
  const halfMs = (clock.steady() - began) / 2
  const { state, why = '', answeredBy } = parseAnswer({ id: asked.id, instance: asked.peer.instance }, answer)
  if (state === 'unreachable') return { state, why }
  if (state === 'unknown') return { state, asked: asked.peer.instance, answeredBy }
  const whole = toldAccount.safeParse(JSON.parse(answer.body))
  if (!whole.success) return { state: 'unreachable', why: 'its answer is no whole account of a connection' }
  const { server, atMs, ...account } = whole.data
  const difference = atMs !== undefined && { clock: { aheadMs: atMs - (at + halfMs), errorMs: halfMs + 1 } }
  return { state: 'told', account, server, ...difference }
}
