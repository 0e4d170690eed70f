import { fileLimit } from '../kernel/native.ts'

/** Descriptors kept for everything else: logs, the journal, the web port, a scrape. */
const reserve = 256
/** What a server takes that answers nobody, and each connection with what the kernel keeps for its socket, bytes: docs/scale.md. */
const [ownBytes, connectionBytes] = [166e6, 8800]
/** Of the memory limit; the rest is for a scrape, a page, a burst of hellos. */
const usable = 0.9
/** However little memory there is: it is better to try than to answer nobody. */
const fewest = 1000

/**
 * How many connections a kind accepts: where nothing is said its share of what there is room for, which all of them share, and
 * never more than the limit of files has room for. Beyond it Node would accept and close, and tell nobody. `memoryBytes`: the limit
 * of our cgroup, as a container has one; a kernel that reaches it kills without a word.
 */
export function mostAccepted(
  wanted: number | undefined,
  share: number,
  memoryBytes: number = process.constrainedMemory(),
): number {
  const files = Math.max(1, fileLimit() - reserve)
  const memory = Math.max(fewest, Math.floor((memoryBytes * usable - ownBytes) / connectionBytes))
  return Math.min(files, wanted ?? Math.max(1, Math.floor(Math.min(files, memory) * share)))
}
