import { randomFillSync } from 'node:crypto'
import { pingBytes, writeBeat } from '../../wire/frame.ts'

/** Pings are cut from a sheet of random bytes: one allocation and one draw for so many. */
const perSheet = 256
let sheet = Buffer.alloc(0)
let used = 0

/** A ping with a fresh nonce, the caller's for good. */
export function nextPing(sequence: number): Buffer {
  if (used === sheet.length) {
    sheet = randomFillSync(Buffer.allocUnsafeSlow(pingBytes * perSheet))
    used = 0
  }
  const ping = sheet.subarray(used, used + pingBytes)
  used += pingBytes
  writeBeat(ping, 'ping', sequence)
  return ping
}
