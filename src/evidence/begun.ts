import type { Source, Watching } from './source.ts'

/** Sources that are read from now on. */
export interface Begun {
  /** As they were; those that listen answer from what they heard. */
  readonly sources: readonly Source[]
  /** Ends what listens. */
  close(): void
}

/** Begins whatever has to listen all along. */
export function begun(all: readonly Source[], world: Watching): Begun {
  const closers: (() => void)[] = []
  return {
    sources: all.map(source => {
      const watch = source.begin?.(world)
      if (!watch) return source
      closers.push(() => watch.close())
      return { ...source, read: (machine, ask) => watch.read(machine, ask) }
    }),
    close() {
      for (const close of closers.splice(0)) close()
    },
  }
}
