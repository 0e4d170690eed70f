import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What strangers did to a port, and what came of it. */
export interface Done {
  /** Connections dialled, or datagrams sent. */
  readonly tries: number
  readonly sentBytes: number
  readonly gotBytes: number
}

/** How strangers behave who come over TCP. */
export interface Manner {
  /** So many are there at a time: one that is hung up on comes back. */
  readonly atOnce: number
  /** At most so many dial in a second, all together. */
  readonly perSecond: number
  /** Said at once. */
  readonly first?: Uint8Array
  /** Said a byte at a time after that, from the start again when it is over. */
  readonly drip?: { readonly bytes: Uint8Array; readonly everyMs: number }
  /** Said again and again, as fast as the kernel takes it. */
  readonly without?: { readonly end: Uint8Array }
  /** They hang up as soon as they are connected. */
  readonly leaves?: true
  /** They never take what they are sent. */
  readonly deaf?: true
}

/** TCP strangers at a port of loopback for `seconds`. */
export async function knocking(port: number, manner: Manner, seconds: number): Promise<Done> {
  const done = { tries: 0, sentBytes: 0, gotBytes: 0 }
  const open = new Set<Socket>()
  const end = performance.now() + seconds * 1000
  const everyMs = 10
  while (performance.now() < end) {
    const due = Math.min(manner.atOnce - open.size, Math.ceil((manner.perSecond * everyMs) / 1000))
    for (let i = 0; i < due; i++) knock()
    await sleep(everyMs)
  }
  for (const socket of open) socket.resetAndDestroy() // no port of ours is kept in TIME_WAIT
  return done

  function knock(): void {
    done.tries += 1
    const socket = connect(port, '127.0.0.1')
    open.add(socket)
    socket.on('error', () => {}) // they hang up on us: that is what is measured
    socket.once('close', () => {
      open.delete(socket)
      done.sentBytes += socket.bytesWritten
      done.gotBytes += socket.bytesRead
    })
    if (manner.deaf) socket.pause()
    else socket.resume()
    socket.once('connect', () => behave(socket, manner))
  }
}

function behave(socket: Socket, { first, drip, without, leaves }: Manner): void {
  if (leaves) return void socket.resetAndDestroy()
  if (first) socket.write(first)
  if (drip) {
    let said = 0
    const dripping = setInterval(() => {
      socket.write(drip.bytes.subarray(said, said + 1))
      said = (said + 1) % drip.bytes.length
    }, drip.everyMs)
    socket.once('close', () => clearInterval(dripping))
  }
  if (without) {
    const on = (): void => {
      while (!socket.destroyed && socket.write(without.end));
    }
    socket.on('drain', on)
    on()
  }
}

/** Datagrams to a port of loopback for `seconds`, `perSecond` of them, each made anew. */
export async function throwing(
  port: number,
  make: () => Uint8Array,
  perSecond: number,
  seconds: number,
): Promise<Done> {
  const done = { tries: 0, sentBytes: 0, gotBytes: 0 }
  const socket = createSocket('udp4')
  socket.on('message', bytes => (done.gotBytes += bytes.length))
  socket.on('error', () => {})
  const end = performance.now() + seconds * 1000
  const everyMs = 5
  while (performance.now() < end) {
    for (let i = 0; i < (perSecond * everyMs) / 1000; i++) {
      const bytes = make()
      done.tries += 1
      done.sentBytes += bytes.length
      socket.send(bytes, port, '127.0.0.1')
    }
    await sleep(everyMs)
  }
  await sleep(200) // the last answers
  socket.close()
  return done
}
