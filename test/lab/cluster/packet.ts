/** One TCP segment in an IPv4 packet. Numbers are what the wire has: sequence numbers as they are, window unscaled. */
export interface Segment {
  readonly from: Endpoint
  readonly to: Endpoint
  readonly flags: readonly Flag[]
  readonly sequence: number
  readonly acknowledges?: number
  readonly window?: number
  readonly payload?: string
}

export interface Endpoint {
  readonly address: string
  readonly port: number
}

const flagBits = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const
export type Flag = keyof typeof flagBits

/** The whole packet, for `sendPacket`: the kernel fills in the checksum of the IP header, the one of TCP is right. */
export function packet(segment: Segment): Uint8Array {
  const tcp = tcpOf(segment)
  const ip = Buffer.alloc(20)
  ip.writeUInt8(0x45, 0) // IPv4, five words of header
  ip.writeUInt16BE(ip.length + tcp.length, 2)
  ip.writeUInt16BE(0x4000, 6) // do not fragment
  ip.writeUInt8(64, 8)
  ip.writeUInt8(TCP, 9)
  ip.set(octets(segment.from.address), 12)
  ip.set(octets(segment.to.address), 16)
  return Buffer.concat([ip, tcp])
}

const TCP = 6

function tcpOf({ from, to, flags, sequence, acknowledges = 0, window = 512, payload = '' }: Segment): Buffer {
  const data = Buffer.from(payload)
  const tcp = Buffer.alloc(20 + data.length)
  tcp.writeUInt16BE(from.port, 0)
  tcp.writeUInt16BE(to.port, 2)
  tcp.writeUInt32BE(sequence >>> 0, 4)
  tcp.writeUInt32BE(acknowledges >>> 0, 8)
  tcp.writeUInt8(5 << 4, 12) // five words of header
  tcp.writeUInt8(
    flags.reduce((bits, flag) => bits | flagBits[flag], 0),
    13,
  )
  tcp.writeUInt16BE(window, 14)
  data.copy(tcp, 20)
  const pseudo = Buffer.from([
    ...octets(from.address),
    ...octets(to.address),
    0,
    TCP,
    tcp.length >> 8,
    tcp.length & 255,
  ])
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudo, tcp])), 16)
  return tcp
}

const octets = (address: string): number[] => address.split('.').map(Number)

/** RFC 1071: ones' complement of the ones' complement sum of all 16-bit words. */
export function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
