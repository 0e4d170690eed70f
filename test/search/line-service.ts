import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A service that answers each line with one, and treats its connections as `behave` says. */
export async function lineService(behave: {
  /** A connection has come; false: it is refused. */
  readonly welcome?: (socket: Socket, all: ReadonlySet<Socket>) => boolean
  /** What it answers; undefined: nothing. */
  readonly answer?: (socket: Socket) => string | undefined
}) {
  const all = new Set<Socket>()
  const server = createServer(socket => {
    all.add(socket)
    socket.on('close', () => all.delete(socket)).on('error', () => {})
    if (behave.welcome?.(socket, all) === false) {
      socket.resetAndDestroy()
      return
    }
    socket.on('data', () => {
      const text = behave.answer ? behave.answer(socket) : '+PONG\r\n'
      if (text !== undefined) socket.write(text)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    port,
    target: `tcp://127.0.0.1:${port}`,
    all: all as ReadonlySet<Socket>,
    [Symbol.dispose]() {
      for (const socket of all) socket.destroy()
      server.close()
    },
  }
}
