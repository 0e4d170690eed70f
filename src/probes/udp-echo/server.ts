import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { cannotListen, lacksIpv6 } from '../../listen.ts'
import { type Address, formatAddress } from '../../settings/address.ts'
import type { Half, World } from '../kind.ts'
import { answerTo, flawOf } from './datagram.ts'
import type { Answer } from './settings.ts'

/** Unsent answers, bytes: beyond it we drop, as a full socket buffer would. A budget, not a knob. */
const unsent = 1 << 20

/** Answers every sound question with who we are, and counts what is none. Never answers that: it may be spoofed. */
export async function answerEchoes({ listen }: Answer, world: World): Promise<Half> {
  const socket = await listening(listen)
  let open = true
  socket.on('message', (bytes, { address, port }) => {
    const flaw = flawOf(bytes)
    if (flaw) return world.tell({ type: 'rejected', side: 'server', kind: 'udp-echo', reason: flaw })
    if (!open || port === 0 || socket.getSendQueueSize() > unsent) return
    socket.send(answerTo(bytes, world.identity), port, address, () => {}) // who cannot be reached asks again
  })
  socket.on('error', error => world.log.warn(`udp-echo listener: ${error.message}`))
  const { address: host, port } = socket.address()
  return {
    listens: [formatAddress({ host, port })],
    ready: () => open,
    connections: () => [],
    async stop() {
      if (!open) return
      open = false
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
