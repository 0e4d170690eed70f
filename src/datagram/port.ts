import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import { receiveDelayMs, startStamping } from '../kernel/receive-time.ts'
import type { Address } from '../settings/address.ts'

/** One datagram that came in. */
export interface Received {
  readonly bytes: Buffer
  /** Steady ms when the kernel received it; when it reached us, where the kernel keeps no stamp. */
  readonly at: number
  readonly stamp: 'kernel' | 'user'
  /** False when it came from another address than the one we ask: NAT was lost on its way back, or somebody lies. */
  readonly expected: boolean
  readonly from: string
}

/** A local UDP port that asks one server. */
export interface Port {
  readonly localPort: number
  send(bytes: Uint8Array): void
  close(): void
}

export interface PortOptions {
  readonly server: Address
  /** 0 or absent: any free port. */
  readonly localPort?: number
  readonly clock: Clock
  onDatagram(received: Received): void
  /** What the kernel says of a connected socket: ECONNREFUSED for an ICMP port unreachable, and the like. */
  onError(error: Error): void
}

/**
 * Opens one local port as two sockets: a connected one, which hears ICMP errors and only its server, and beside it an
 * unconnected twin on the same port, which gets what comes from any other address. The kernel scores the connected
 * socket higher for its own server (net/ipv4/udp.c, compute_score), so the twin sees only what is wrong.
 * `server.host` is an IP address. Rejects when the port is taken or the address has no route.
 */
export async function openPort({ server, localPort = 0, clock, onDatagram, onError }: PortOptions): Promise<Port> {
  const type = isIP(server.host) === 6 ? 'udp6' : 'udp4'
  // SO_REUSEADDR lets both be bound to one port; the twin first, so that the kernel chooses a port that is free.
  const twin = createSocket({ type, reuseAddr: true, ...(type === 'udp6' && { ipv6Only: true }) })
  const connected = createSocket({ type, reuseAddr: true, ...(type === 'udp6' && { ipv6Only: true }) })
  const close = () => {
    for (const socket of [twin, connected]) closeQuietly(socket)
  }
  try {
    await bound(twin, localPort)
    await bound(connected, twin.address().port)
    await connectedTo(connected, server)
  } catch (error) {
    close()
    throw error
  }
  startStamping(connected)
  startStamping(twin)
  const received = (socket: Socket, expected: boolean) => (bytes: Buffer, remote: RemoteInfo) => {
    const delay = receiveDelayMs(socket)
    const at = clock.steady() - (delay ?? 0)
    onDatagram({ bytes, at, stamp: delay === undefined ? 'user' : 'kernel', expected, from: remote.address })
  }
  connected.on('message', received(connected, true))
  // The wildcard address may still score for the server itself, on a kernel that hashes differently: judge by address.
  const home = { host: connected.remoteAddress().address, port: server.port }
  twin.on('message', (bytes, remote) =>
    received(twin, remote.address === home.host && remote.port === home.port)(bytes, remote),
  )
  connected.on('error', onError)
  twin.on('error', onError)
  return {
    localPort: twin.address().port,
    send(bytes) {
      connected.send(bytes, error => {
        if (error) onError(error)
      })
    },
    close,
  }
}

function bound(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

function connectedTo(socket: Socket, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.connect(port, host, (error?: Error) => (error ? reject(error) : resolve()))
  })
}

/** `close` throws on a socket that is closed already. */
function closeQuietly(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // closed before: nothing left to do
  }
}
