import type { Server, Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { SocketOptions } from '../outcome/socket.ts'
import { fdOf } from './fd.ts'
import { getInt, setInt, withTcpSocket } from './native.ts'

// linux/socket.h, linux/tcp.h: the same numbers on x64 and arm64.
const SOL_SOCKET = 1
const SO_KEEPALIVE = 9
const IPPROTO_TCP = 6
const TCP_KEEPIDLE = 4
const TCP_KEEPINTVL = 5
const TCP_KEEPCNT = 6
const TCP_USER_TIMEOUT = 18

/** What the kernel accepts (net/ipv4/tcp.c: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT). */
export const kernelRange = { idleS: [1, 32_767], intervalS: [1, 32_767], count: [1, 127] } as const

/** Why an option did not take: a sentence with the option, the value, and the kernel's range. `undefined` when all did. */
export type Refusal = string | undefined

/**
 * Sets keepalive and user timeout on a connected socket, or on a listening one, whose accepted sockets inherit them.
 * Straight to the kernel: Node swallows the kernel's refusal (all versions) and, before 24.19, ignores interval and count.
 */
export function setOptions(socket: Socket | Server, options: SocketOptions): Refusal {
  const fd = fdOf(socket)
  return fd === undefined ? 'socket closed before its options could be set' : setOn(fd, options)
}

function setOn(fd: number, { keepalive, userTimeoutMs }: SocketOptions): Refusal {
  const refusals = [
    refusal('SO_KEEPALIVE', keepalive ? 1 : 0, '0..1', setInt(fd, SOL_SOCKET, SO_KEEPALIVE, keepalive ? 1 : 0)),
    ...(keepalive
      ? [
          refusal(
            'TCP_KEEPIDLE',
            keepalive.idleS,
            '1..32767 s',
            setInt(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idleS),
          ),
          refusal(
            'TCP_KEEPINTVL',
            keepalive.intervalS,
            '1..32767 s',
            setInt(fd, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.intervalS),
          ),
          refusal('TCP_KEEPCNT', keepalive.count, '1..127', setInt(fd, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count)),
        ]
      : []),
    refusal(
      'TCP_USER_TIMEOUT',
      userTimeoutMs,
      '0..2147483647 ms',
      setInt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMs),
    ),
  ]
  return refusals.find(each => each !== undefined)
}

/** What the kernel really has. `undefined` when the socket is gone. */
export function readOptions(socket: Socket | Server): SocketOptions | undefined {
  const fd = fdOf(socket)
  if (fd === undefined) return undefined
  const on = getInt(fd, SOL_SOCKET, SO_KEEPALIVE)
  if (on < 0) return undefined
  return {
    keepalive:
      on === 0
        ? undefined
        : {
            idleS: getInt(fd, IPPROTO_TCP, TCP_KEEPIDLE),
            intervalS: getInt(fd, IPPROTO_TCP, TCP_KEEPINTVL),
            count: getInt(fd, IPPROTO_TCP, TCP_KEEPCNT),
          },
    userTimeoutMs: getInt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT),
  }
}

/** What the kernel says of these options, asked on a socket of its own before any connection is opened. */
export const refusedOptions = (options: SocketOptions): Refusal => withTcpSocket(fd => setOn(fd, options))

function refusal(option: string, value: number, range: string, result: number): Refusal {
  if (result === 0) return undefined
  return `the kernel refused ${option} = ${value} (${getSystemErrorName(result)}): it takes ${range}`
}
