import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'
import { storyBegins } from '../stories.ts'

/** Time of a story: it passes from one event to the next, so a day takes as long as what happens in it. */
export interface Timeline {
  /** ms since the story began: the steady clock. */
  now(): number
  /** Epoch ms, as our own wall clock has it. */
  wall(): number
  /** As the engine sees it. Whoever waits for its alarms may go on in promises. */
  readonly clock: Clock
  /** Calls `ring` after so many ms, unless the returned function is called first. */
  after(ms: number, ring: () => void): () => void
  /** Again and again, first after `ms`. */
  every(ms: number, ring: () => void): void
  /** NTP sets the wall clock by so much, ms. */
  jump(ms: number): void
  /** Lets the story go on until so many ms since its beginning. */
  until(ms: number): Promise<void>
}

interface Event {
  readonly due: number
  readonly order: number
  /** The engine's own: what it awaits has to come before the next event. */
  readonly isAwaited: boolean
  ring: (() => void) | undefined
}

export function timeline(): Timeline {
  const heap: Event[] = []
  let [steady, offset, order] = [0, storyBegins, 0]

  function set(ms: number, ring: () => void, isAwaited: boolean): () => void {
    const event: Event = { due: steady + Math.max(0, ms), order: order++, isAwaited, ring }
    heap.push(event)
    rise(heap, heap.length - 1)
    return () => {
      event.ring = undefined
    }
  }
  const after = (ms: number, ring: () => void) => set(ms, ring, false)
  const clock: Clock = {
    now: () => offset + steady,
    steady: () => steady,
    sleep: ms => new Promise(resolve => set(ms, resolve, true)),
    alarm: (ms, ring) => set(ms, ring, true),
  }

  return {
    now: () => steady,
    wall: clock.now,
    clock,
    after,
    every(ms, ring) {
      const again = () => {
        ring()
        after(ms, again)
      }
      after(ms, again)
    },
    jump(ms) {
      offset += ms
    },
    async until(ms) {
      for (let next = heap[0]; next && next.due <= ms; next = heap[0]) {
        takeFirst(heap)
        if (!next.ring) continue
        steady = next.due
        next.ring()
        if (next.isAwaited) await setImmediate()
      }
      steady = ms
    },
  }
}

const isBefore = (a: Event, b: Event): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

function rise(heap: Event[], from: number): void {
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    const [child, above] = [heap[at], heap[parent]]
    if (!child || !above || !isBefore(child, above)) return
    heap[at] = above
    heap[parent] = child
    at = parent
  }
}

function takeFirst(heap: Event[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  heap[0] = last
  let at = 0
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
    if (!left) return
    const isRight = right !== undefined && isBefore(right, left)
    const least = isRight ? right : left
    if (!isBefore(least, last)) return
    heap[at] = least
    at = 2 * at + (isRight ? 2 : 1)
    heap[at] = last
  }
}
