import { randomFillSync } from 'node:crypto'
import { nonceBytes } from '../../wire/frame.ts'

const pool = Buffer.alloc(nonceBytes * 512)
let used = pool.length

/** Fresh random bytes, a view into a pool: good until 511 more were taken, so copy them at once. */
export function nonce(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += nonceBytes
  return pool.subarray(used - nonceBytes, used)
}
