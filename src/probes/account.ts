import type { Socket } from 'node:net'
import type { Account } from '../ledger/ledger.ts'
import { formatAddress } from '../settings/address.ts'
import type { Hello } from '../wire/hello.ts'

/** The line of the ledger that a hello opens. */
export function accountOf(kind: string, { id, cohort, path, from }: Hello, socket: Socket, now: number): Account {
  return {
    id,
    kind,
    cohort,
    path,
    client: from,
    remote: at(socket.remoteAddress, socket.remotePort),
    local: at(socket.localAddress, socket.localPort),
    openedAt: now,
    lastAt: now,
    exchanges: 0,
    bytesIn: socket.bytesRead,
    bytesOut: socket.bytesWritten,
    state: 'open',
  }
}

const at = (host = '', port = 0): string => formatAddress({ host, port })
