/** One packet of a capture: UDP, TCP, or the ICMP error about one, which has the ports of what it is about. */
export interface Packet {
  /** Epoch ms, fractional; microseconds survive the rounding to a double, nanoseconds would not. */
  readonly at: number
  /** Since the first packet, nanoseconds. */
  readonly ns: number
  readonly fromPort: number
  readonly toPort: number
  /** TCP's, as in its header; 0 for others. */
  readonly flags: number
  readonly isError: boolean
  readonly payload: Buffer
}

/** Nanosecond stamps, little endian: what tcpdump writes here when asked for them (man 5 pcap-savefile). */
const magic = 0xa1b23c4d
const fileHeader = 24
const packetHeader = 16
const ethernet = 14
const icmp = 8
const protocols = { icmp: 1, tcp: 6 } as const

/** Reads a capture of IPv4 on an Ethernet-like link, which loopback is. Throws at anything else. */
export function readPcap(bytes: Buffer): Packet[] {
  if (bytes.length < fileHeader || bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(20) !== 1)
    throw new Error('expected a capture with nanosecond stamps on an Ethernet-like link')
  const packets: Packet[] = []
  let first: number | undefined
  for (let at = fileHeader; at + packetHeader <= bytes.length; ) {
    const seconds = bytes.readUInt32LE(at)
    const nanoseconds = bytes.readUInt32LE(at + 4)
    const end = at + packetHeader + bytes.readUInt32LE(at + 8)
    first ??= seconds
    const stamps = { at: seconds * 1000 + nanoseconds / 1e6, ns: (seconds - first) * 1e9 + nanoseconds }
    packets.push({ ...stamps, ...readIp(bytes.subarray(at + packetHeader + ethernet, end)) })
    at = end
  }
  return packets
}

function readIp(ip: Buffer): Omit<Packet, 'at' | 'ns'> {
  const header = ((ip[0] ?? 0) & 15) * 4
  const [protocol, inside] = [ip[9], ip.subarray(header)]
  if (protocol === protocols.icmp) return { ...readIp(inside.subarray(icmp)), isError: true }
  const isTcp = protocol === protocols.tcp
  return {
    fromPort: inside.readUInt16BE(0),
    toPort: inside.readUInt16BE(2),
    flags: isTcp ? (inside[13] ?? 0) : 0,
    isError: false,
    payload: inside.subarray(isTcp ? ((inside[12] ?? 0) >> 4) * 4 : 8),
  }
}
