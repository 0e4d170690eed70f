import type { Socket } from 'node:net'

/**
 * Closes a connection once what was said last is with the kernel, which takes our few bytes at once. Where it does not,
 * the peer does not read: waiting for it would keep the socket, and what it did not read, for as long as it likes.
 */
export function part(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy()
  else socket.destroySoon()
}
