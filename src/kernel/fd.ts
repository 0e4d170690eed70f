import type { Socket as DatagramSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'

/**
 * The file descriptor behind a socket, or `undefined` before the kernel made it and after it was closed.
 * Node has no official getter (nodejs/node#8974: "unlikely to be removed"), so this is the one file that looks inside.
 * Never keep the number: after `close` the kernel hands it to somebody else.
 */
export function fdOf(socket: Socket | Server): number | undefined {
  return number('_handle' in socket ? socket._handle : undefined)
}

/** The same for UDP: `_handle` there warns (DEP0112), the state symbol does not. */
export function fdOfDatagram(socket: DatagramSocket): number | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(each => each.description === 'state symbol')
  const state: unknown = symbol && Reflect.get(socket, symbol)
  return number(isRecord(state) ? state['handle'] : undefined)
}

function number(handle: unknown): number | undefined {
  const fd = isRecord(handle) ? handle['fd'] : undefined
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
