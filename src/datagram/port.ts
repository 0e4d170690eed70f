import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import { receiveDelayMs, startStamping } from '../kernel/receive-time.ts'
import { sharePort } from '../kernel/shared-port.ts'
import type { Flow } from '../outcome/flow.ts'
import type { Address } from '../settings/address.ts'
import { flowTo } from '../settings/flow.ts'

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
  /** As the connected socket has it. Made when it is asked for the first time, and still there after `close`. */
  flow(): Flow
  /** After `close` it does nothing. */
  send(bytes: Uint8Array): void
  close(): void
}

export interface PortOptions {
  readonly server: Address
  /** 0 or absent: any free port. */
  readonly localPort?: number
  readonly clock: Clock
  readonly onDatagram: (received: Received) => void
  /** What the kernel says of a connected socket: ECONNREFUSED for an ICMP port unreachable, and the like. */
  readonly onError: (error: Error) => void
}

/**
 * Opens one local port as two sockets: a connected one, which hears ICMP errors and only its server, and beside it an
 * unconnected twin on the same port, which gets what comes from any other address. The kernel scores the connected
 * socket higher for its own server (net/ipv4/udp.c, compute_score), so the twin sees only what is wrong.
 * `server.host` is an IP address. Rejects when the port is taken or the address has no route.
 */
export async function openPort({ server, localPort = 0, clock, onDatagram, onError }: PortOptions): Promise<Port> {
  const type = isIP(server.host) === 6 ? 'udp6' : 'udp4'
  const twin = createSocket({ type, ...(type === 'udp6' && { ipv6Only: true }) })
  const connected = createSocket({ type, reuseAddr: true, ...(type === 'udp6' && { ipv6Only: true }) })
  let open = true
  const close = () => {
    open = false
    for (const socket of [twin, connected]) closeQuietly(socket)
  }
  try {
    // The twin alone first: a port nobody else holds. Then shared for a moment, so that the other can join it.
    await bound(twin, localPort)
    sharePort(twin, true)
    await bound(connected, twin.address().port)
    sharePort(twin, false)
    sharePort(connected, false)
    await connectedTo(connected, server)
  } catch (error) {
    close()
    throw error
  }
  startStamping(connected)
  startStamping(twin)
  // By address, not by socket: the connected one was open to everybody for the moment before it was connected.
  const home = connected.remoteAddress()
  const local = connected.address()
  let flow: Flow | undefined
  const received = (socket: Socket) => (bytes: Buffer, remote: RemoteInfo) => {
    const delay = receiveDelayMs(socket)
    const at = clock.steady() - (delay ?? 0)
    const expected = remote.address === home.address && remote.port === home.port
    onDatagram({ bytes, at, stamp: delay === undefined ? 'user' : 'kernel', expected, from: remote.address })
  }
  connected.on('message', received(connected))
  twin.on('message', received(twin))
  connected.on('error', onError)
  twin.on('error', onError)
  return {
    localPort: local.port,
    flow: () => (flow ??= flowTo('udp', local, { host: home.address, port: home.port })),
    send(bytes) {
      if (!open) return
      connected.send(bytes, error => {
        if (error && open) onError(error)
      })
    },
    close,
  }
}

/** Rejects with the system's error (EADDRINUSE, EACCES) when a local UDP port cannot be had. */
export async function claimable(localPort: number): Promise<void> {
  const socket = createSocket({ type: 'udp4' })
  try {
    await bound(socket, localPort)
  } finally {
    closeQuietly(socket)
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
