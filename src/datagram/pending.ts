/** Work that is under way, so that stopping can wait for it to tell its end. */
export interface Pending {
  add(work: Promise<unknown>): void
  readonly size: number
  /** Resolves when all of it has ended, well or not. */
  ended(): Promise<void>
}

export function pending(): Pending {
  const underWay = new Set<Promise<unknown>>()
  return {
    add(work) {
      const quiet = work.catch(() => {}).finally(() => underWay.delete(quiet))
      underWay.add(quiet)
    },
    get size() {
      return underWay.size
    },
    async ended() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
