import { countIn, type Share } from '../share.ts'

/** Hands out local ports of a range in turn, skipping those in use by us; `undefined` lets the kernel choose. */
export interface SourcePorts {
  take(): number | undefined
  give(port: number | undefined): void
}

/** Of the range only what falls to `share`: no two processes use one port. */
export function sourcePorts(
  range: { readonly from: number; readonly to: number } | undefined,
  share: Share,
): SourcePorts {
  if (!range) return { take: () => undefined, give: () => {} }
  const size = countIn(range.to - range.from + 1, share)
  const used = new Set<number>()
  let next = 0
  return {
    take() {
      for (let tried = 0; tried < size; tried++) {
        const port = range.from + share.nth + share.of * (next++ % size)
        if (used.has(port)) continue
        used.add(port)
        return port
      }
      throw Object.assign(new Error(`every source port from ${range.from} to ${range.to} is in use`), {
        code: 'EADDRNOTAVAIL',
        syscall: 'bind',
      })
    },
    give(port) {
      if (port !== undefined) used.delete(port)
    },
  }
}
