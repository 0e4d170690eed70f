import { type Frame, type Malformation, peel } from './frame.ts'

/** Half a frame that waits for its rest; `undefined` on nearly every connection at nearly every time, so that idle costs nothing. */
export type Rest = Buffer | undefined

/**
 * Feeds the bytes just read to `onFrame`, frame by frame, and returns the half frame left over (a copy, at most one
 * frame long), or why this is not our protocol. Stops early when `onFrame` returns false.
 */
export function assemble(rest: Rest, chunk: Buffer, onFrame: (frame: Frame) => boolean): Rest | Malformation {
  const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
  let start = 0
  while (start < bytes.length) {
    const peeled = peel(bytes, start)
    if ('malformed' in peeled) return peeled.malformed
    if ('wants' in peeled) return Buffer.from(bytes.subarray(start))
    if (!onFrame(peeled)) return undefined
    start = peeled.end
  }
  return undefined
}
