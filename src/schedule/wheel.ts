import type { Clock } from '../clock.ts'

/**
 * Something that waits in the wheel. The held connection is its own timer, so that 20,000 of them cost no closure,
 * no Timeout object and no separate wake-up each.
 */
export interface Timer {
  /** Steady ms at which it rings. The wheel's own; read it to show a countdown. */
  due: number
  /** The wheel's own. */
  slot: number
  /** The wheel's own. */
  place: number
  /** Called at most once for each `set`. */
  ring(): void
}

export interface Wheel {
  /** (Re)arms `timer` to ring `ms` from `now` (steady ms, for who has just read the clock), at most a tick late. */
  set(timer: Timer, ms: number, now?: number): void
  clear(timer: Timer): void
  /** How many timers wait. */
  readonly size: number
  stop(): void
}

/** Start values of a timer that is not set. */
export const unset = { due: 0, slot: -1, place: -1 }

const slots = 1024
/** Between two ticks where nothing else is said, ms. */
export const usualTickMs = 50

/**
 * A hashed timer wheel (Varghese and Lauck 1987, scheme 6): one tick serves every timer. A timer beyond one turn (51 s at 50 ms)
 * stays in its slot and is looked at once a turn.
 *
 * `onTick` hears how late each tick came, ms: the event loop's own delay, which makes what was measured meanwhile suspect.
 */
export function wheel(
  clock: Clock,
  { tickMs = usualTickMs, onTick }: { tickMs?: number; onTick?: (lateMs: number) => void } = {},
): Wheel {
  const ring: Timer[][] = Array.from({ length: slots }, () => [])
  let size = 0
  let stopped = false
  let tick = Math.floor(clock.steady() / tickMs)
  let expected = clock.steady() + tickMs
  let cancel = clock.alarm(tickMs, beat)

  function beat(): void {
    if (stopped) return
    const now = clock.steady()
    onTick?.(Math.max(0, now - expected))
    expected = now + tickMs
    cancel = clock.alarm(tickMs, beat)
    // Timers run before sockets are read (libuv). After a stall the answer may already wait in the kernel's buffer:
    // read first, then judge deadlines, or we would blame the network for our own delay.
    setImmediate(turn, now)
  }

  function turn(now: number): void {
    const until = Math.floor(now / tickMs)
    // After a stall of more than a whole turn each slot is looked at once, not once for each tick missed.
    if (until - tick > slots) tick = until - slots
    while (tick <= until) {
      if (stopped) return
      const slot = tick % slots
      tick += 1 // first, so that a timer set by one that rings never lands in the slot being emptied
      ringDue(slot, now)
    }
  }

  function ringDue(slot: number, now: number): void {
    const due = (ring[slot] ?? []).filter(timer => timer.due <= now)
    for (const timer of due) {
      if (timer.slot !== slot || timer.due > now) continue // an earlier one cleared or moved it
      clear(timer)
      timer.ring()
    }
  }

  function set(timer: Timer, ms: number, now = clock.steady()): void {
    clear(timer)
    timer.due = now + Math.max(0, ms)
    // Rounded up, and never into a slot this turn has already passed.
    timer.slot = Math.max(Math.ceil(timer.due / tickMs), tick) % slots
    const line = ring[timer.slot]
    if (!line) throw new RangeError(`no slot for ${ms} ms`)
    timer.place = line.length
    line.push(timer)
    size += 1
  }

  function clear(timer: Timer): void {
    if (timer.slot < 0) return
    const line = ring[timer.slot] ?? []
    const last = line.pop()
    if (last && last !== timer) {
      line[timer.place] = last
      last.place = timer.place
    }
    timer.slot = -1
    size -= 1
  }

  return {
    set,
    clear,
    get size() {
      return size
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}
