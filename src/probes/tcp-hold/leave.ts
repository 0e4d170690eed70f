import { readTcpInfo } from '../../kernel/tcp-info.ts'
import type { Word } from '../../outcome/fate.ts'
import { byeFrame, plannedByes } from '../../wire/hello.ts'
import { part } from '../parting.ts'
import type { Held } from './held.ts'

/** Takes leave of the socket, with a word to the server where it may still listen: we gave up, nobody reset us. */
export function leave(held: Held, { code }: Word): void {
  const { socket } = held
  if (!socket) return
  held.lastInfo ??= readTcpInfo(socket)
  const bye = byes.get(code)
  // Once hello is sent the server may hold it for open: a FIN without a word would be a fault there.
  if (held.openedAt === 0 && held.stage !== 'greeting') socket.destroy()
  else if (bye !== undefined) socket.end(byeFrame(bye))
  part(socket)
}

const byes: ReadonlyMap<string, string> = new Map([
  ['DEADLINE', 'no pong in time'],
  ['STOP', plannedByes.client],
  ['MOVE', plannedByes.move],
])
