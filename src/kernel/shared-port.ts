import type { Socket } from 'node:dgram'
import { getSystemErrorName } from 'node:util'
import { fdOfDatagram } from './fd.ts'
import { setInt } from './native.ts'

const SOL_SOCKET = 1
const SO_REUSEADDR = 2

/**
 * Lets a second socket of ours join the port `socket` is bound to, or no longer. Throws what the kernel says.
 * Only ever between two binds: a port left shared may be handed to a third socket that asks for any free port, because
 * the kernel's search skips ports whose owners all share (net/ipv4/udp.c, udp_lib_lport_inuse).
 */
export function sharePort(socket: Socket, shared: boolean): void {
  const fd = fdOfDatagram(socket)
  const result = fd === undefined ? 0 : setInt(fd, SOL_SOCKET, SO_REUSEADDR, shared ? 1 : 0)
  if (result < 0) throw new Error(`setsockopt SO_REUSEADDR: ${getSystemErrorName(result)}`)
}
