import { Socket } from 'node:net'
import { readTcpInfo } from '../../kernel/tcp-info.ts'
import type { HoldPhase, Word } from '../../outcome/fate.ts'
import type { Ended, OfCohort } from '../../outcome/observation.ts'
import type { TcpInfo } from '../../outcome/socket.ts'
import type { Account } from '../../ledger/ledger.ts'
import { type Timer, unset } from '../../schedule/wheel.ts'
import type { Hello } from '../../wire/hello.ts'
import { unaskedGoodbye } from './goodbye.ts'

/** One connection at the server: a stranger until it said hello. */
export interface Guest extends Timer {
  readonly socket: Socket
  /** Steady ms at which it was accepted. */
  readonly acceptedAt: number
  hello: Hello | undefined
  account: Account | undefined
  /** Steady ms; 0 before the hello. */
  openedAt: number
  /** Steady ms of the last request. */
  since: number
  /** Requests on their way. */
  busy: number
  /** The goodbye we said. */
  bye: string | undefined
  lastInfo: TcpInfo | undefined
}

/** Takes a connection in, and reads TCP_INFO as it goes: Node closes the descriptor before it emits `error`. */
export function newGuest(socket: Socket, now: number, ring: (this: Guest) => void): Guest {
  const guest: Guest = {
    ...unset,
    ring,
    socket,
    acceptedAt: now,
    hello: undefined,
    account: undefined,
    openedAt: 0,
    since: now,
    busy: 0,
    bye: undefined,
    lastInfo: undefined,
  }
  socket.destroy = error => {
    if (!socket.destroyed) guest.lastInfo = readTcpInfo(socket)
    return Socket.prototype.destroy.call(socket, error)
  }
  return guest
}

export const ofGuest = ({ cohort, path }: Hello): OfCohort => ({ side: 'server', kind: 'http-hold', cohort, path })

/** The silence after which the client should have spoken, ms: its longest, its deadline, and a second for its timers. */
export const overdueAfter = ({ idleMs, deadlineMs }: Hello): number => Math.max(...idleMs) + deadlineMs + 1000

/** What is told of a guest that ended now (steady ms). It was a zombie when our goodbye found nobody. */
export function endingOf(guest: Guest, hello: Hello, word: Word, planned: boolean, now: number): Ended {
  const phase: HoldPhase = guest.busy > 0 ? 'exchange' : 'idle'
  const zombie = !planned && guest.bye === overdue && (word.fate === 'reset' || word.fate === 'timeout')
  return {
    type: 'ended',
    ...ofGuest(hello),
    id: hello.id,
    fate: word.fate === 'ok' ? 'bug' : word.fate,
    phase,
    code: word.code,
    planned,
    idleMs: phase === 'idle' ? now - guest.since : 0,
    tookUs: phase === 'idle' ? 0 : (now - guest.since) * 1000,
    exchanges: guest.account?.exchanges ?? 0,
    lifetimeMs: now - guest.openedAt,
    zombie,
    peer: hello.from,
    ...(guest.lastInfo && { tcpInfo: guest.lastInfo }),
  }
}

/** Says goodbye on an idle connection; what ends it from here on is judged by the reason. */
export function sayGoodbye(guest: Guest, reason: string): void {
  guest.bye = reason
  guest.socket.end(unaskedGoodbye(reason))
}

/** The goodbye to a client that missed its turn. */
export const overdue = 'overdue'
