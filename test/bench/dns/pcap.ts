/** One UDP datagram of a capture. */
export interface Packet {
  /** Epoch ms, fractional; microseconds survive the rounding to a double, nanoseconds would not. */
  readonly at: number
  /** Since the first packet, nanoseconds. */
  readonly ns: number
  readonly fromPort: number
  readonly toPort: number
  readonly payload: Buffer
}

/** Nanosecond stamps, little endian: what tcpdump writes here when asked for them (man 5 pcap-savefile). */
const magic = 0xa1b23c4d
const fileHeader = 24
const packetHeader = 16
const ethernet = 14
const udp = 8

/** Reads a capture of IPv4 UDP on an Ethernet-like link, which loopback is. Throws at anything else. */
export function readPcap(bytes: Buffer): Packet[] {
  if (bytes.length < fileHeader || bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(20) !== 1)
    throw new Error('expected a capture with nanosecond stamps on an Ethernet-like link')
  const packets: Packet[] = []
  let first: number | undefined
  for (let at = fileHeader; at + packetHeader <= bytes.length; ) {
    const seconds = bytes.readUInt32LE(at)
    const nanoseconds = bytes.readUInt32LE(at + 4)
    const length = bytes.readUInt32LE(at + 8)
    const start = at + packetHeader + ethernet
    const ipHeader = ((bytes[start] ?? 0) & 15) * 4
    const payload = bytes.subarray(start + ipHeader + udp, at + packetHeader + length)
    first ??= seconds
    packets.push({
      at: seconds * 1000 + nanoseconds / 1e6,
      ns: (seconds - first) * 1e9 + nanoseconds,
      fromPort: bytes.readUInt16BE(start + ipHeader),
      toPort: bytes.readUInt16BE(start + ipHeader + 2),
      payload,
    })
    at += packetHeader + length
  }
  return packets
}
