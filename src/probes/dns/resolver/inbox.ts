import type { Clock } from '../../../clock.ts'
import { openPort, type Received } from '../../../datagram/port.ts'
import type { Flow } from '../../../outcome/flow.ts'
import type { Address } from '../../../settings/address.ts'

/** A socket that is read one thing at a time, as poll(2) and recv(2) do. */
export interface Inbox {
  send(bytes: Uint8Array): void
  /** Its flow; still there after `close`. */
  flow(): Flow
  /** The next datagram or error; `undefined` when none came until steady time `until`, ms. */
  next(until: number): Promise<Received | Error | undefined>
  close(): void
}

/** Unread datagrams; more are dropped, as a full socket buffer would. */
const most = 64

/** Opens a socket to one server. Rejects when there is no route, or when `signal` is aborted. */
export async function openInbox(server: Address, clock: Clock, signal: AbortSignal): Promise<Inbox> {
  const unread: (Received | Error)[] = []
  let wake: (() => void) | undefined
  const heard = (one: Received | Error) => {
    if (unread.length < most) unread.push(one)
    wake?.()
  }
  const port = await openPort({ server, clock, onDatagram: heard, onError: heard })
  if (signal.aborted) {
    port.close()
    throw signal.reason
  }
  return {
    send: bytes => port.send(bytes),
    flow: () => port.flow(),
    async next(until) {
      // A timer may ring a fraction of a millisecond early.
      while (unread.length === 0 && clock.steady() < until) await waiting(until)
      return unread.shift()
    },
    close: () => port.close(),
  }

  function waiting(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = () => done(() => reject(signal.reason as Error))
      // Read before judging: after a stall the answer may already be in the kernel's buffer.
      const disarm = clock.alarm(Math.max(0, until - clock.steady()), () => setImmediate(() => done(resolve)))
      const done = (end: () => void) => {
        disarm()
        signal.removeEventListener('abort', aborted)
        wake = undefined
        end()
      }
      wake = () => done(resolve)
      signal.addEventListener('abort', aborted, { once: true })
      if (signal.aborted) aborted()
    })
  }
}
