import type { Clock } from '../../clock.ts'
import type { OfCohort } from '../../outcome/observation.ts'
import { formatAddress } from '../../settings/address.ts'
import type { ConnectionRow } from '../kind.ts'
import type { Held, Stage } from './held.ts'

const states: Readonly<Record<Stage, ConnectionRow['state']>> = {
  waiting: 'waiting',
  connecting: 'connecting',
  idle: 'idle',
  exchange: 'exchange',
  farewell: 'exchange',
  over: 'waiting',
}

/** A held connection as people and `/api/connections` see it. */
export function rowOf({ kind, cohort, path }: OfCohort, held: Held, clock: Clock): ConnectionRow {
  const now = clock.steady()
  const { socket } = held
  return {
    id: held.id,
    kind,
    cohort,
    path,
    state: states[held.stage],
    server: held.peer?.pod ?? '',
    local: at(socket?.localAddress, socket?.localPort),
    remote: at(socket?.remoteAddress, socket?.remotePort),
    openedAt: held.openedAt > 0 ? clock.now() - (now - held.openedAt) : 0,
    idleMs: held.stage === 'idle' ? now - held.since : 0,
    nextMs: Math.max(0, held.due - now),
    exchanges: held.exchanges,
  }
}

const at = (host: string | undefined, port: number | undefined): string =>
  host === undefined || port === undefined ? '' : formatAddress({ host, port })
