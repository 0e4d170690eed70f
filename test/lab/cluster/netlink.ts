import koffi from 'koffi'
import { inside, must } from './inside.ts'

const libc = koffi.load(null)
const newSocket = libc.func('socket', 'int', ['int', 'int', 'int'])
const bind = libc.func('bind', 'int', ['int', 'void *', 'uint32_t'])
const sendto = libc.func('sendto', 'int64_t', ['int', 'void *', 'size_t', 'int', 'void *', 'uint32_t'])
const recv = libc.func('recv', 'int64_t', ['int', 'void *', 'size_t', 'int'])
const close = libc.func('close', 'int', ['int'])

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const NETLINK_NETFILTER = 12
const MSG_DONTWAIT = 0x40

/** A line to netfilter in the kernel of a host, for what no program of the packages can say, or only slowly. */
export interface Netfilter extends Disposable {
  /** Hands over one message or many in a row; the kernel has done them all when it returns. */
  send(messages: Uint8Array): void
  /** What the kernel sent, one datagram; empty when there is none. Valid until the next call. */
  receive(): Buffer
}

export function netfilter(host: string): Netfilter {
  const fd = inside(host, () =>
    must(newSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), 'open a netlink socket'),
  )
  const address = Buffer.alloc(12) // struct sockaddr_nl: to the kernel, and any port of our own
  address.writeUInt16LE(AF_NETLINK, 0)
  must(bind(fd, address, address.length), 'bind a netlink socket')
  const space = Buffer.alloc(64 * 1024)
  return {
    send: messages => void must(Number(sendto(fd, messages, messages.length, 0, address, 12)), 'send to netfilter'),
    receive: () => space.subarray(0, Math.max(0, Number(recv(fd, space, space.length, MSG_DONTWAIT)))),
    [Symbol.dispose]: () => void close(fd),
  }
}

/** `linux/netfilter/nfnetlink.h`: subsystem, then message. */
export const messages = {
  newConntrack: 0x0100,
  deleteConntrack: 0x0102,
  queuedPacket: 0x0300,
  configureQueue: 0x0302,
  judgeUpTo: 0x0303,
} as const

const NLM_F_REQUEST = 1
export const create = 0x400 // NLM_F_CREATE

/** struct nlmsghdr, struct nfgenmsg, attributes. */
export function message(type: number, flags: number, resource: number, ...attributes: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(20)
  const whole = Buffer.concat([head, ...attributes])
  whole.writeUInt32LE(whole.length, 0)
  whole.writeUInt16LE(type, 4)
  whole.writeUInt16LE(NLM_F_REQUEST | flags, 6)
  whole.writeUInt8(AF_INET, 16)
  whole.writeUInt16BE(resource, 18)
  return whole
}

const AF_INET = 2
const NLA_F_NESTED = 0x8000

/** struct nlattr, padded to four bytes. */
export function attribute(type: number, content: Uint8Array): Buffer {
  const whole = Buffer.alloc(4 + Math.ceil(content.length / 4) * 4)
  whole.writeUInt16LE(4 + content.length, 0)
  whole.writeUInt16LE(type, 2)
  whole.set(content, 4)
  return whole
}

export const nested = (type: number, ...attributes: readonly Uint8Array[]): Buffer =>
  attribute(type | NLA_F_NESTED, Buffer.concat(attributes))

export const byte = (value: number) => Uint8Array.of(value)
export const short = (value: number) => Uint8Array.of(value >> 8, value & 255)
export const word = (value: number) => Uint8Array.of(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255)
