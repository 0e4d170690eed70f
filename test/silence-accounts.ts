import type { LedgerFact } from '../src/evidence/ledger/facts.ts'

/** What servers may say of connections that died at the client, for `Said.ledger`. */
type Death = Readonly<{ at: number; idleMs: number; zombie: boolean }>
type Said = Partial<LedgerFact>

export const open = (): Said => ({ state: 'open' })
export const overdue = (): Said => ({ state: 'overdue' })
export const unreachable = (): Said => ({ state: 'unreachable', why: 'it refuses connections' })
export const restarted = (): Said => ({ answeredBy: 'another' })

const reset = (at: number, phase: string): Said => ({
  state: 'ended',
  ending: { at, fate: 'reset', phase, code: 'ECONNRESET read', planned: false, zombie: false },
})

/** It was reset by its own word, six seconds before the client found out. */
export const lostSpeaking = ({ at, idleMs }: Death): Said => ({ ...reset(at - 6000, 'exchange'), lastAt: at - idleMs })

/** Of zombies that; the others are open as far as the server knows. */
export const lostWhereItSpoke = (death: Death): Said => (death.zombie ? lostSpeaking(death) : open())

/** It was reset so many seconds after its last word, in its silence. */
export const lostInSilence =
  (quietS: number | (() => number)) =>
  ({ at, idleMs }: Death): Said => {
    const lastAt = at - idleMs
    return { ...reset(lastAt + (typeof quietS === 'number' ? quietS : quietS()) * 1000, 'idle'), lastAt }
  }

/** It was reset in its silence at the same moment as the client. */
export const together = ({ at }: Death): Said => reset(at + 3, 'idle')
