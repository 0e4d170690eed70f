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
 * EAI_AGAIN) when a name has no address.
 */
export function systemResolve(clock: Clock): Resolve {
  const kept = new Map<string, { at: number; answer: Promise<readonly Address[]> }>()
  return address => {
    if (isIP(address.host)) return Promise.resolve([address])
    const before = kept.get(address.host)
    const answer = before && clock.steady() - before.at < keptMs ? before.answer : ask(address.host)
    if (answer !== before?.answer) {
      kept.set(address.host, { at: clock.steady(), answer })
      answer.catch(() => kept.delete(address.host))
    }
    return answer.then(found => found.map(({ host }) => ({ host, port: address.port })))
  }
}

async function ask(name: string): Promise<readonly Address[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  return found.map(({ address }) => ({ host: address, port: 0 }))
}
