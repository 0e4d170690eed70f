import type { HoldPhase, Word } from '../../outcome/fate.ts'
import type { Ended } from '../../outcome/observation.ts'
import type { Held } from './held.ts'

/** What is told of a connection that ended in `phase` at `now` (steady ms). */
export function ending(held: Held, phase: HoldPhase, { fate, code }: Word, planned: boolean, now: number): Ended {
  return {
    type: 'ended',
    ...held.of,
    ...(held.openedAt > 0 && { id: held.id }),
    fate: fate === 'ok' ? 'bug' : fate, // an end is never `ok`: saying so would hide a mistake of ours
    phase,
    code,
    planned,
    idleMs: silence(held, phase, now),
    tookUs: phase === 'idle' ? 0 : (now - held.since) * 1000,
    exchanges: held.exchanges,
    lifetimeMs: held.openedAt > 0 ? now - held.openedAt : 0,
    zombie: isZombie(held, phase, planned, fate),
    ...(held.peer && { peer: held.peer }),
    ...(held.lastInfo && { tcpInfo: held.lastInfo }),
    ...(held.lastFlow && { flow: held.lastFlow }),
  }
}

function silence(held: Held, phase: HoldPhase, now: number): number {
  if (phase === 'connect') return 0
  return phase === 'idle' ? now - held.since : held.silenceMs
}

/** The other side missed its turn, we asked, and nobody was there: we had held a corpse. */
function isZombie({ outOfTurn }: Held, phase: HoldPhase, planned: boolean, fate: Word['fate']): boolean {
  return outOfTurn && phase === 'exchange' && !planned && fate !== 'cancelled'
}
