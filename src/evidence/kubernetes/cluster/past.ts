import type { Change } from '../facts.ts'

/** Of one Service or node. */
const mostOfOne = 256
/** Of all together. */
const most = 20_000

/** What happened, by whom it happened to, newest last. Bounded: whoever changed least lately is forgotten first. */
export interface Past {
  push(subject: string, change: Change): void
  of(subject: string): readonly Change[]
}

export function past(): Past {
  const known = new Map<string, Change[]>() // in order of the last change
  let count = 0
  return {
    push(subject, change) {
      const changes = known.get(subject) ?? []
      known.delete(subject)
      known.set(subject, changes)
      changes.push(change)
      count += 1
      if (changes.length > mostOfOne) count -= changes.splice(0, changes.length - mostOfOne).length
      while (count > most) {
        const [quietest, old] = known.entries().next().value as [string, Change[]] // there are more than `most` in it
        count -= old.length
        known.delete(quietest)
      }
    },
    of: subject => known.get(subject) ?? [],
  }
}
