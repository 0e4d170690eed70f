import { connect, isIP, Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { setOptions } from '../../kernel/socket-options.ts'
import { classify } from '../../outcome/classify.ts'
import type { SocketOptions } from '../../outcome/socket.ts'
import type { Address } from '../../settings/address.ts'
import { type Farewell, judgeUnasked, wrong } from './goodbye.ts'
import { type Held, remember } from './held.ts'

/** Ends a connection. Only the first call for each matters. */
export type End = (held: Held, farewell: Farewell) => void

/**
 * longhold's own connector: undici's would set keepalive through Node, which swallows what the kernel says. It opens one
 * connection and no second, so that undici never reconnects behind our back, and sees every byte before undici does.
 */
export function connector(held: Held, address: Address, options: SocketOptions, end: End): buildConnector.connector {
  let used = false
  return (_, ready) => {
    if (used) return ready(new Error('the connection is over'), null)
    used = true
    const { host, port } = address
    const socket = connect({ host, port, family: isIP(host), autoSelectFamily: false, noDelay: true })
    remember(held, socket)
    const ends = (farewell: () => Farewell) => held.socket === socket && end(held, farewell())
    let last: Buffer | undefined

    socket.read = size => {
      const chunk: Buffer | null = Socket.prototype.read.call(socket, size)
      if (!chunk || held.asked || held.socket !== socket) {
        last = chunk ?? last
        return chunk
      }
      held.unasked += chunk.toString('latin1')
      const judged = judgeUnasked(held.unasked)
      if (judged) ends(() => judged)
      return null
    }
    socket.once('connect', () => {
      const refused = setOptions(socket, options)
      if (refused) ends(() => ({ word: { fate: 'bug', code: refused }, planned: false }))
      else ready(null, socket)
    })
    socket.on('error', error => ends(() => afterAnswer(error, last) ?? { word: classify(error), planned: false }))
    socket.on('end', () => ends(() => ({ word: { fate: 'closed', code: 'FIN' }, planned: false })))
    socket.on('close', () => ends(() => ({ word: { fate: 'closed', code: 'CLOSE' }, planned: false })))
  }
}

/** undici throws away what follows an answer in the same read, such as the goodbye of a server that stops right then. */
function afterAnswer(error: Error, last: Buffer | undefined): Farewell | undefined {
  if (error.message !== 'bad response') return undefined
  const bytes = last?.toString('latin1') ?? ''
  return judgeUnasked(bytes.slice(Math.max(0, bytes.lastIndexOf('HTTP/1.')))) ?? wrong('BYTES')
}
