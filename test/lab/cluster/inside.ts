import { closeSync, openSync } from 'node:fs'
import { request } from 'node:http'
import { Socket } from 'node:net'
import koffi from 'koffi'

const libc = koffi.load(null)
const setns = libc.func('setns', 'int', ['int', 'int'])
const newSocket = libc.func('socket', 'int', ['int', 'int', 'int'])
const connect = libc.func('connect', 'int', ['int', 'void *', 'uint32_t'])
const sendto = libc.func('sendto', 'int64_t', ['int', 'void *', 'size_t', 'int', 'void *', 'uint32_t'])
const close = libc.func('close', 'int', ['int'])

const CLONE_NEWNET = 0x40000000
const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_RAW = 3
const IPPROTO_RAW = 255
const SOCK_CLOEXEC = 0o2000000

/**
 * Does `work` with this thread in the network of `host`, and comes back. A socket keeps the network it was made in, so
 * `work` only makes it; it must not wait.
 */
export function inside<T>(host: string, work: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r')
  const there = openSync(`/run/netns/${host}`, 'r')
  try {
    must(setns(there, CLONE_NEWNET), `enter the network of ${host}`)
    return work()
  } finally {
    must(setns(home, CLONE_NEWNET), 'come back')
    closeSync(there)
    closeSync(home)
  }
}

/** A TCP connection made inside `host`, to an address that answers at once (loopback, say): connect(2) blocks. */
export function connectInside(host: string, address: string, port: number): Socket {
  const fd = inside(host, () => {
    const fd = must(newSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'make a socket')
    const { 0: failed, errno } = { 0: connect(fd, socketAddress(address, port), 16), errno: koffi.errno() }
    if (failed === 0) return fd
    close(fd)
    throw Object.assign(new Error(`${host} refuses ${address}:${port} (errno ${errno})`), { code: 'ECONNREFUSED' })
  })
  return new Socket({ fd, readable: true, writable: true })
}

/** Gets a page of a web server that listens inside `host`, at one of its own addresses. Rejects when it does not, or takes 10 s. */
export async function get(
  host: string,
  path: string,
  port = 8080,
  address = '127.0.0.1',
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const asking = request(
    {
      path,
      host: address,
      port,
      timeout: 10_000,
      createConnection: () => connectInside(host, address, port),
    },
    response => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => (text += more))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    },
  )
  asking.on('timeout', () => asking.destroy(new Error(`${host} takes longer than 10 s for ${path}`)))
  asking.on('error', reject)
  asking.end()
  return promise
}

/** Sends a whole IP packet, header included, from inside `host`. The kernel fills in the header's checksum. */
export function sendPacket(host: string, packet: Uint8Array): void {
  const to = packet.subarray(16, 20).join('.')
  const fd = inside(host, () => must(newSocket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), 'make a raw socket'))
  try {
    must(Number(sendto(fd, packet, packet.length, 0, socketAddress(to, 0), 16)), 'send a packet')
  } finally {
    close(fd)
  }
}

/** struct sockaddr_in. */
function socketAddress(address: string, port: number): Uint8Array {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(AF_INET, 0)
  bytes.writeUInt16BE(port, 2)
  address.split('.').forEach((part, index) => bytes.writeUInt8(Number(part), 4 + index))
  return bytes
}

/** Error with errno when a system call failed. */
export function must(result: number, what: string): number {
  if (result < 0) throw new Error(`cannot ${what}: errno ${koffi.errno()}`)
  return result
}
