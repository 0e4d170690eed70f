import { describe, expect, test } from 'vitest'
import { checksum, packet, type Segment } from './packet.ts'

const segment: Segment = {
  from: { address: '10.244.2.11', port: 7000 },
  to: { address: '10.244.1.10', port: 40_000 },
  flags: ['psh', 'ack'],
  sequence: 2 ** 32 + 5, // arithmetic on sequence numbers wraps
  acknowledges: 0xfedcba98,
  payload: 'odd',
}

describe('a packet', () => {
  const bytes = Buffer.from(packet(segment))

  test('has its fields where IPv4 and TCP have them', () => {
    expect(bytes.subarray(0, 20).toString('hex')).toBe('4500002b0000400040060000'.concat('0af4020b', '0af4010a'))
    expect(bytes.subarray(20, 36).toString('hex')).toBe('1b589c40'.concat('00000005', 'fedcba98', '50180200'))
    expect(bytes.subarray(40).toString()).toBe('odd')
  })

  test('has the checksum of TCP: with the pseudo header, all of it sums up to nothing', () => {
    const pseudo = Buffer.concat([bytes.subarray(12, 20), Buffer.from([0, 6, 0, bytes.length - 20])])
    expect(checksum(Buffer.concat([pseudo, bytes.subarray(20)]))).toBe(0)
  })

  test('the example of RFC 1071', () => expect(checksum(Buffer.from('0001f203f4f5f6f7', 'hex'))).toBe(0xffff - 0xddf2))
})
