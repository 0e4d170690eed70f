import type { Board } from './board.ts'
import { dnsUdp } from './dns-udp.ts'
import { itself } from './itself.ts'
import { keepalive } from './keepalive.ts'
import { nodes } from './nodes.ts'
import { overview } from './overview.ts'

export const boards: readonly Board[] = [overview, keepalive, dnsUdp, nodes, itself]
