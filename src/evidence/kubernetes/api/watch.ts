import { type Heard, parseEvent } from '../parse.ts'
import { type Kind, pathOf } from '../resources.ts'
import { limit } from './limit.ts'
import { lines } from './lines.ts'
import type { Whose } from './list.ts'
import { refusalOf } from './refusal.ts'

/** Hears one line of a watch. */
export type Hearing = (heard: Exclude<Heard, { type: 'error' }>) => void

/**
 * What happens after `version`, until the server ends it: in time, or because it stops. Rejects with a `Refusal` (410: it no
 * longer knows that far back), the system's error, or ours when it hangs or talks nonsense.
 */
export async function watch(
  kind: Kind,
  version: string,
  { api, clock, closing, pace, namespace, random }: Whose & { readonly random: () => number },
  { onEvent, onSign }: { readonly onEvent: Hearing; readonly onSign: () => void },
): Promise<void> {
  // Not all watches of all clients at the same moment. The server counts in whole seconds.
  const seconds = Math.max(1, Math.round(pace.watchS * (0.75 + random() / 4)))
  using limited = limit(clock, closing)
  const most = seconds * 1000 + pace.graceMs
  limited.within(most, `its watch of ${kind} should have ended after ${seconds} s, and hangs`)
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
    resourceVersion: version,
  }
  const body = await api.get(pathOf(kind, namespace, query), limited)
  onSign()
  for await (const line of lines(unhurried(body, { onSign, ...pace }))) {
    const heard = parseEvent(line)
    if (!heard) throw new Error(`its watch of ${kind} says something that is no event`)
    if (heard.type === 'error') throw refusalOf(heard.status)
    onEvent(heard)
  }

  /** Reads no faster than we want to work: TCP makes the server wait, and it ends a watch that waits for too long. */
  async function* unhurried(
    pieces: AsyncIterable<Buffer>,
    { onSign, bytesEachSecond }: { readonly onSign: () => void; readonly bytesEachSecond: number },
  ): AsyncGenerator<Buffer, void> {
    let began = clock.steady()
    let bytes = 0
    for await (const piece of pieces) {
      onSign()
      yield piece
      if (clock.steady() - began > 1000) [began, bytes] = [clock.steady(), 0]
      bytes += piece.length
      if (bytes > bytesEachSecond) await clock.sleep(1000, limited.signal)
    }
  }
}
