import { z } from 'zod'
import { defineFacts } from '../facts.ts'

/** `/proc/net/snmp` and `/proc/net/netstat`: counters under the kernel's names, `Ip.InAddrErrors`, `TcpExt.TCPTimeouts`. */
export const netstat = defineFacts('netstat', z.record(z.string(), z.number()))
