import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { cannotListen, lacksIpv6 } from '../../listen.ts'
import { type Address, formatAddress } from '../../settings/address.ts'
import type { Half, World } from '../kind.ts'
import { answerTo, delayOf, type Flaw, flawOf, refusalOf } from './datagram.ts'
import { later } from './later.ts'
import { unprovenQuestion } from './proof.ts'
import type { Answer } from './settings.ts'

/** Unsent answers, bytes: beyond it we drop, as a full socket buffer would. A budget, not a knob. */
const unsent = 1 << 20

/**
 * Answers every sound question with who we are, and counts what is none. Never answers that: it may be spoofed. Where a token is
 * set, a question that does not prove it is told so, in fewer bytes than it has.
 */
export async function answerEchoes({ listen }: Answer, world: World): Promise<Half> {
  const socket = await listening(listen)
  const postponed = later(world.wheel)
  let open = true
  socket.on('message', (bytes, { address, port }) => {
    const flaw = flawOf(bytes)
    if (flaw) return reject(flaw)
    const why = world.token && unprovenQuestion(bytes, world.token, world.clock)
    if (why) {
      send(refusalOf(bytes, why), port, address)
      return reject(why)
    }
    const delay = delayOf(bytes)
    if (delay > 0 && port > 0) {
      const question = Buffer.from(bytes)
      return postponed.add(delay, () => answer(question, port, address)) ? undefined : reject('busy')
    }
    answer(bytes, port, address)
  })
  socket.on('error', error => world.log.warn(`udp-echo listener: ${error.message}`))
  const answer = (question: Buffer, port: number, address: string): void =>
    send(answerTo(question, world.identity), port, address)
  function send(bytes: Buffer, port: number, address: string): void {
    if (!open || port === 0 || socket.getSendQueueSize() > unsent) return
    socket.send(bytes, port, address, () => {}) // who cannot be reached asks again
  }
  const reject = (reason: Flaw): void => world.tell({ type: 'rejected', side: 'server', kind: 'udp-echo', reason })
  const { address: host, port } = socket.address()
  return {
    listens: [formatAddress({ host, port })],
    ready: () => open,
    connections: () => [],
    async stop() {
      if (!open) return
      open = false
      postponed.clear()
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** `::` takes IPv4 as well, and falls back to `0.0.0.0` where the machine has no IPv6. */
async function listening(address: Address): Promise<Socket> {
  const socket = createSocket(address.host.includes(':') ? 'udp6' : 'udp4')
  try {
    socket.bind(address.port, address.host)
    await once(socket, 'listening')
    return socket
  } catch (error) {
    socket.close()
    if (address.host === '::' && lacksIpv6(error)) return listening({ ...address, host: '0.0.0.0' })
    throw cannotListen(error, address, 'server.udp-echo.listen or --port')
  }
}
