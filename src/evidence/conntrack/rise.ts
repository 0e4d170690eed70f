import type { Counters } from './parse.ts'

/** Where the counter of one CPU begins again. */
const wrap = 2 ** 32

/**
 * What was counted between two readings. A counter that wrapped around rose all the same, on however many CPUs it did. One
 * that rose by more than half of its range fell: the namespace or the module was made anew, everything began at zero, and
 * what is there now was counted since. A counter that only one reading has is left out.
 */
export function rise(before: Counters, after: Counters): Counters {
  const risen = Object.entries(after).flatMap(([name, value]) => {
    const earlier = Object.hasOwn(before, name) ? before[name] : undefined
    return earlier === undefined ? [] : [[name, (((value - earlier) % wrap) + wrap) % wrap] as const]
  })
  const beganAnew = risen.some(([, by]) => by >= wrap / 2)
  return beganAnew ? after : Object.fromEntries(risen)
}
