import type { Socket } from 'node:net'
import type { TcpInfo } from '../outcome/socket.ts'
import { fdOf } from './fd.ts'
import { getBytes } from './native.ts'

const IPPROTO_TCP = 6
const TCP_INFO = 11

// 6.18 fills 280 bytes; the layout only ever grows at its end (include/uapi/linux/tcp.h).
const bytes = Buffer.alloc(320)

/** Reads struct tcp_info of a live socket; `undefined` when the socket is already gone. About 1 us. */
export function readTcpInfo(socket: Socket): TcpInfo | undefined {
  const fd = fdOf(socket)
  if (fd === undefined) return undefined
  const length = getBytes(fd, IPPROTO_TCP, TCP_INFO, bytes)
  return length < 152 ? undefined : parseTcpInfo(bytes)
}

/** Offsets checked against `offsetof` in linux/tcp.h; fields under the kernel's names. */
export function parseTcpInfo(bytes: Buffer): TcpInfo {
  const minRtt = bytes.readUInt32LE(148)
  return {
    state: bytes.readUInt8(0),
    retransmits: bytes.readUInt8(2),
    probes: bytes.readUInt8(3),
    backoff: bytes.readUInt8(4),
    rtoUs: bytes.readUInt32LE(8),
    unacked: bytes.readUInt32LE(24),
    lastDataSentMs: bytes.readUInt32LE(44),
    lastDataRecvMs: bytes.readUInt32LE(52),
    lastAckRecvMs: bytes.readUInt32LE(56),
    rttUs: bytes.readUInt32LE(68),
    totalRetrans: bytes.readUInt32LE(100),
    minRttUs: minRtt === 0xffff_ffff ? 0 : minRtt, // all ones until the first round trip
  }
}
