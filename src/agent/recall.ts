import type { Clock } from '../clock.ts'
import type { Machine } from '../evidence/source.ts'

/** How long what was read is good for whoever asks next, ms. */
const keptMs = 2000
/** Texts kept at once; what comes on top is read for its asker alone. */
const mostKept = 64

/** What was read of the machine lately. */
export interface Recall {
  /** The machine through what is remembered of it. `heard` gets the epoch ms at which each text was read. */
  machine(heard: (at: number) => void): Machine
  /** Forgets everything, and ends what is being read. */
  close(): void
}

interface Kept {
  readonly at: number
  readonly text: Promise<unknown>
  end(): void
}

/**
 * Remembers for a moment what costs something to read: the rules of a node are printed once, however many ask. A failure is
 * remembered as well, and a reading that hangs ends when its time, `deadlineMs`, is over, whoever waits for it.
 */
export function recall(machineUntil: (signal: AbortSignal) => Machine, clock: Clock, deadlineMs: number): Recall {
  const kept = new Map<string, Kept>()

  function begin(key: string, read: (machine: Machine) => Promise<unknown>): Kept {
    const over = new AbortController()
    const end = () => {
      disarm()
      over.abort()
      kept.delete(key)
    }
    let disarm = clock.alarm(deadlineMs, end)
    const began = clock.steady()
    const made = { at: clock.now(), text: read(machineUntil(over.signal)), end }
    const isRead = () => {
      if (over.signal.aborted) return
      disarm()
      disarm = clock.alarm(Math.max(0, began + keptMs - clock.steady()), end)
    }
    made.text.then(isRead, isRead) // who asked for it hears of a failure
    if (kept.size < mostKept) kept.set(key, made)
    return made
  }

  return {
    machine(heard) {
      function through<T>(what: readonly unknown[], read: (machine: Machine) => Promise<T>): Promise<T> {
        const key = JSON.stringify(what)
        const { at, text } = kept.get(key) ?? begin(key, read)
        heard(at)
        return text as Promise<T> // the same key is the same question
      }
      return {
        clock,
        file: path => through(['file', path], machine => machine.file(path)),
        list: path => through(['list', path], machine => machine.list(path)),
        run: (command, args) => through(['run', command, args], machine => machine.run(command, args)),
        get: (url, headers) => through(['get', url, headers], machine => machine.get(url, headers)),
      }
    },
    close() {
      for (const each of kept.values()) each.end()
    },
  }
}
