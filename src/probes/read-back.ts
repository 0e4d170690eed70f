import type { Server, Socket } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { readOptions, refusedOptions } from '../kernel/socket-options.ts'
import type { OfCohort } from '../outcome/observation.ts'
import type { SocketOptions } from '../outcome/socket.ts'
import { Problem } from '../outcome/problem.ts'
import type { World } from './kind.ts'

/** Tells what the kernel made of the options on the first socket, and again whenever that changes. */
export function readBack(of: OfCohort, configured: SocketOptions, { tell }: World): (socket: Socket | Server) => void {
  let last: SocketOptions | undefined
  return socket => {
    const effective = readOptions(socket)
    if (!effective || isDeepStrictEqual(effective, last)) return
    last = effective
    tell({ type: 'options-set', ...of, configured, effective })
  }
}

/** Asks the kernel before the first connection is opened. Throws a Problem that names the option and its range. */
export function refuseEarly(options: SocketOptions, place: string): void {
  const refused = refusedOptions(options)
  if (refused) throw new Problem(`${place}: ${refused}.`, 2)
}
