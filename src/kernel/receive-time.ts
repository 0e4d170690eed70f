import type { Socket } from 'node:dgram'
import { fdOfDatagram } from './fd.ts'
import { realtimeNs, receivedAtNs } from './native.ts'

/**
 * How long the datagram last handed to user space had already waited in the kernel, ms.
 * Call it first thing in the `message` handler: libuv reads one datagram at a time, so the stamp is that datagram's.
 * `undefined` where the kernel has no stamp (the first call on a socket switches stamping on: see `startStamping`),
 * or where the wall clock was stepped in between, which would make the difference nonsense.
 */
export function receiveDelayMs(socket: Socket): number | undefined {
  const fd = fdOfDatagram(socket)
  const stamp = fd === undefined ? undefined : receivedAtNs(fd)
  if (stamp === undefined) return undefined
  const ms = Number(realtimeNs() - stamp) / 1e6
  return ms >= 0 && ms < 60_000 ? ms : undefined
}

/** Asks the kernel to stamp what this socket receives from now on (SIOCGSTAMPNS, net/core/sock.c). */
export function startStamping(socket: Socket): void {
  const fd = fdOfDatagram(socket)
  if (fd !== undefined) receivedAtNs(fd)
}
