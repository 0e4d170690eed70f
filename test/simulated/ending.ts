import type { Ended, OfCohort } from '../../src/outcome/observation.ts'
import type { TcpInfo } from '../../src/outcome/socket.ts'
import type { Line } from './line.ts'

/** How a connection ended. Times are ms since the story began. */
export interface Ending extends Pick<Ended, 'fate' | 'code' | 'phase'> {
  /** When the last word, or the first SYN, was sent. */
  readonly spokeAt: number
  /** The silence before it; by default until now. */
  readonly silenceMs?: number
  readonly zombie?: boolean
  readonly planned?: boolean
  /** A keepalive probe met it. */
  readonly probed?: boolean
}

export function endingOf(line: Line, ending: Ending, now: number): Omit<Ended, keyof OfCohort> {
  const { fate, code, phase, spokeAt, zombie = false, planned = false } = ending
  const isOpen = phase !== 'connect'
  const silenceMs = isOpen ? (ending.silenceMs ?? now - line.since) : 0
  return {
    type: 'ended',
    ...(isOpen && { id: line.id }),
    fate,
    phase,
    code,
    planned,
    idleMs: silenceMs,
    tookUs: phase === 'idle' ? 0 : (now - spokeAt) * 1000,
    exchanges: isOpen ? line.exchanges : 0,
    lifetimeMs: isOpen ? now - line.openedAt : 0,
    zombie,
    ...(isOpen && line.peer && { peer: line.peer }),
    ...(isOpen && { tcpInfo: infoOf(line, ending, now) }),
    ...(!planned && fate !== 'cancelled' && !code.startsWith('ENOTFOUND') && { flow: line.flow }),
  }
}

/** As the kernel has it: what was sent, and what was heard last. */
function infoOf({ heardAt }: Line, { fate, phase, spokeAt, probed }: Ending, now: number): TcpInfo {
  const isUnheard = fate === 'timeout'
  const heardMs = fate === 'closed' ? 0 : Math.round(now - heardAt)
  return {
    state: fate === 'reset' ? 7 : 1,
    retransmits: isUnheard && phase === 'exchange' ? 4 : 0,
    probes: isUnheard && phase === 'idle' ? 3 : probed ? 1 : 0,
    backoff: isUnheard ? 4 : 0,
    unacked: isUnheard && phase === 'exchange' ? 1 : 0,
    rtoUs: 204_000,
    rttUs: 320,
    minRttUs: 150,
    totalRetrans: isUnheard && phase === 'exchange' ? 5 : 0,
    lastDataSentMs: phase === 'exchange' ? Math.round(now - spokeAt) : heardMs,
    lastDataRecvMs: heardMs,
    lastAckRecvMs: heardMs,
  }
}
