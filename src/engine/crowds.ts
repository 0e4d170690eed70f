import type { Clock } from '../clock.ts'
import type { Told } from '../outcome/observation.ts'

/** How often a crowd is told of, ms. */
const everyMs = 1000

/** What strangers can cause a hundred thousand times a second. */
type Crowded = Told & { type: 'rejected' | 'strayed' }

/**
 * Passes on what is told, but for what strangers cause: the first of each sort at once, those of the next second
 * together, as one with a `count`. Otherwise a flood would wash everything else out of the journal.
 */
export function crowds(clock: Clock, tell: (told: Told) => void) {
  const sorts = new Map<string, { readonly told: Crowded; more: number }>()
  let disarm: (() => void) | undefined

  function flush(): void {
    disarm = undefined
    const before = [...sorts]
    sorts.clear()
    for (const [sort, { told, more }] of before) if (more > 0) first(sort, { ...told, count: more })
  }

  /** Whatever is told of a sort, the next of it wait for a second. */
  function first(sort: string, told: Crowded): void {
    tell(told)
    sorts.set(sort, { told, more: 0 })
    disarm ??= clock.alarm(everyMs, flush)
  }

  return {
    tell(told: Told): void {
      // How late a late answer came is its own.
      if ((told.type !== 'rejected' && told.type !== 'strayed') || 'tookUs' in told) return tell(told)
      const sort = sortOf(told)
      const crowd = sorts.get(sort)
      if (crowd) crowd.more += 1
      else first(sort, told)
    },
    /** Tells what is left to tell. */
    stop(): void {
      disarm?.()
      for (const { told, more } of sorts.values()) if (more > 0) tell({ ...told, count: more })
      sorts.clear()
    },
  }
}

function sortOf(told: Crowded): string {
  return told.type === 'rejected'
    ? `${told.kind} ${told.reason}`
    : `${told.kind} ${told.probe} ${told.server} ${told.mode} ${told.what}`
}
