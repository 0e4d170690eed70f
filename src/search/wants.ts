import type { SocketOptions } from '../outcome/socket.ts'
import type { Ladder } from '../tuning/ladder.ts'
import { probesOf } from '../tuning/refresh.ts'

/** A connection to be opened. */
export interface Want {
  /** A rung speaks after its silence; a sentinel, younger than the rungs, and one with keepalive probes wait to be asked. */
  readonly role: 'rung' | 'sentinel' | 'keepalive'
  /** Infinity: until it is asked. */
  readonly silenceMs: number
  readonly options: SocketOptions
  /** Not opened before, ms since the beginning. */
  readonly fromMs: number
  /** How often it was opened in vain. */
  tries: number
}

const plain: SocketOptions = { keepalive: undefined, userTimeoutMs: 0 }

/**
 * Longer silences may begin a little later, by so much of themselves: the search takes as much longer, and neither we nor the
 * server meet thousands of connections at once.
 */
const lead = 0.02

/** All of a ladder above `lowMs`, and those with keepalive probes, in the order in which to open them. */
export function wantsOf({ silencesMs, each }: Ladder, lowMs: number, keepalive: boolean, now: number): Want[] {
  const rungs = silencesMs
    .filter(silenceMs => silenceMs > lowMs)
    .flatMap(silenceMs => Array.from({ length: each }, () => rung(silenceMs, now)))
  const probing = keepalive ? probesOf(silencesMs.at(-1) ?? 0).map(idleS => withProbes(idleS, now)) : []
  return [...rungs, ...probing].toSorted((a, b) => a.fromMs - b.fromMs)
}

export const sentinel = (): Want => ({ role: 'sentinel', silenceMs: Infinity, options: plain, fromMs: 0, tries: 0 })

const rung = (silenceMs: number, now: number): Want => ({
  role: 'rung',
  silenceMs,
  options: plain,
  fromMs: now + silenceMs * lead,
  tries: 0,
})

/** It has to be older than any timeout that its probes are in time for. */
const withProbes = (idleS: number, now: number): Want => ({
  role: 'keepalive',
  silenceMs: Infinity,
  options: { keepalive: { idleS, intervalS: idleS, count: 9 }, userTimeoutMs: 0 },
  fromMs: now + idleS * 1000 * lead,
  tries: 0,
})
