/** A small part of `bytes` that still fails: whatever can be left out is, halves first and single bytes last. */
export async function minimise(
  bytes: Buffer,
  fails: (bytes: Buffer) => Promise<boolean>,
  tries = 2000,
): Promise<Buffer> {
  let least = bytes
  let left = tries
  for (let size = Math.ceil(bytes.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < least.length && left > 0; left--) {
      const less = Buffer.concat([least.subarray(0, at), least.subarray(at + size)])
      if (await fails(less)) least = less
      else at += size
    }
  return least
}
