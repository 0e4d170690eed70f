import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock } from './clock.ts'
import type { Address } from './settings/address.ts'

/** Turns a configured address into those to connect to: an IP into itself, a name into every address it has. */
export type Resolve = (address: Address) => Promise<readonly Address[]>

/** How long an answer is used before the name is asked again, ms: a thousand reconnects are one question. */
const keptMs = 5000

/**
 * Resolves through the system (getaddrinfo), as an application would. Rejects with the system's error (ENOTFOUND,
 * EAI_AGAIN) when a name has no address. A name is asked for once at a time: each lookup takes one of libuv's four threads
 * for as long as its servers are silent, and those who wait for a dead DNS would pile up without end.
 */
export function systemResolve(clock: Clock, ask: (name: string) => Promise<readonly string[]> = getaddrinfo): Resolve {
  const kept = new Map<string, Kept>()

  function keep(name: string): Kept {
    const asked: Kept = { until: Infinity, answer: ask(name) }
    kept.set(name, asked)
    asked.answer.then(
      () => (asked.until = clock.steady() + keptMs),
      () => kept.delete(name),
    )
    return asked
  }

  return async ({ host, port }) => {
    if (isIP(host)) return [{ host, port }]
    const before = kept.get(host)
    const { answer } = before && clock.steady() < before.until ? before : keep(host)
    return (await answer).map(found => ({ host: found, port }))
  }
}

/** What was answered, or is being asked. */
interface Kept {
  /** Steady ms; infinite while it is being asked. */
  until: number
  readonly answer: Promise<readonly string[]>
}

async function getaddrinfo(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}
