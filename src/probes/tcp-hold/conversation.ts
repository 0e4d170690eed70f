import type { HoldPhase, Word } from '../../outcome/fate.ts'
import type { Side } from '../../outcome/observation.ts'
import { beat, echoes, type Frame, payloadOf } from '../../wire/frame.ts'
import { isPlanned, readBye } from '../../wire/hello.ts'
import type { World } from '../kind.ts'
import type { Held } from './held.ts'
import { nextPing } from './pings.ts'
import { overdueAfter, silenceBefore, speakerOf } from './turns.ts'

/** What both halves do once they have said hello: keep silent, break the silence in turn, answer. */
export interface Conversation {
  /** Hello was said: the first silence begins. */
  begin(held: Held): void
  hear(held: Held, frame: Frame): void
  /** The connection's timer rang. */
  due(held: Held): void
}

/** Ends a connection: `planned` when somebody said goodbye first. */
export type End = (held: Held, phase: HoldPhase, word: Word, planned: boolean) => void

export interface Hooks {
  readonly end: End
  /** The other side missed its turn; we are about to speak out of turn. */
  overdue?(held: Held): void
  /** Whether it had better be opened anew. Asked when a silence was survived, so that none is cut short. */
  leaves?(held: Held): boolean
  /** An exchange went well, either way. */
  exchanged?(held: Held): void
}

/** Unsent bytes we keep for a peer that asks but does not read: some hundred pongs. */
export const mostUnsent = 16 * 1024

export function conversation(
  { clock, wheel, tell }: World,
  side: Side,
  { end, overdue, leaves, exchanged }: Hooks,
): Conversation {
  function silence(held: Held, now: number): void {
    const { turns, exchanges, deadlineMs } = held
    const ours = speakerOf(turns, exchanges) === side
    held.stage = 'idle'
    held.since = now
    wheel.set(held, ours ? silenceBefore(turns, exchanges) : overdueAfter(turns, exchanges, deadlineMs), now)
  }

  function ask(held: Held): void {
    const now = clock.steady()
    held.outOfTurn = speakerOf(held.turns, held.exchanges) !== side
    if (held.outOfTurn) overdue?.(held)
    held.ping = nextPing(held.exchanges)
    held.silenceMs = now - held.since
    held.since = now
    held.stage = 'exchange'
    wheel.set(held, held.deadlineMs, now)
    held.socket?.write(held.ping)
  }

  function survived(held: Held, speaker: Side, idleMs: number, tookUs: number): void {
    held.exchanges += 1
    const { id, of } = held
    const { kind, cohort, path } = of // by name: V8 copies a spread field by field, ten times slower
    tell({ type: 'exchanged', side, kind, cohort, path, id, speaker, idleMs, tookUs })
    exchanged?.(held)
  }

  function goOn(held: Held, now: number): void {
    silence(held, now)
    if (leaves?.(held)) end(held, 'idle', { fate: 'cancelled', code: 'MOVE' }, true)
  }

  function heardPing(held: Held, payload: Buffer): void {
    if (payload.length < 4) return end(held, phaseOf(held), wrongReply('PING'), false)
    const now = clock.steady()
    held.socket?.write(beat('pong', payload.readUInt32BE(0), payload.subarray(4)))
    if (held.stage === 'exchange') return survived(held, otherSide(side), 0, 0) // both spoke at once: ours is still out
    survived(held, otherSide(side), now - held.since, 0)
    goOn(held, now)
  }

  function heardPong(held: Held, pong: Frame): void {
    if (held.stage !== 'exchange' || !held.ping || !echoes(pong, held.ping))
      return end(held, phaseOf(held), wrongReply('PONG'), false)
    const now = clock.steady()
    held.ping = undefined
    survived(held, side, held.silenceMs, (now - held.since) * 1000)
    goOn(held, now)
  }

  function heardBye(held: Held, reason: string): void {
    end(held, phaseOf(held), { fate: 'closed', code: `BYE ${reason}` }, isPlanned(reason))
  }

  return {
    begin: held => silence(held, clock.steady()),
    hear(held, frame) {
      if (frame.type === 'pong') heardPong(held, frame)
      else if (frame.type === 'ping') heardPing(held, payloadOf(frame))
      else if (frame.type === 'bye') heardBye(held, readBye(payloadOf(frame)))
      else end(held, phaseOf(held), wrongReply(frame.type.toUpperCase()), false)
    },
    due(held) {
      if (held.stage === 'idle') ask(held)
      else if (held.stage === 'exchange') end(held, 'exchange', { fate: 'timeout', code: 'DEADLINE' }, false)
    },
  }
}

/** How far a connection has come. */
export function phaseOf({ stage }: Held): HoldPhase {
  if (stage === 'idle') return 'idle'
  return stage === 'exchange' ? 'exchange' : 'connect'
}

export const wrongReply = (what: string): Word => ({ fate: 'wrong-reply', code: `WRONG ${what}` })

const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client')
