import { reconnectIn } from '../../src/probes/reconnecting.ts'
import { startDelay } from '../../src/schedule/spread.ts'
import { usualTickMs } from '../../src/schedule/wheel.ts'
import { silenceOf } from '../../src/settings/fields.ts'
import type { Chance } from '../simulated/chance.ts'
import type { Demand } from './demand.ts'

/** When a client began (or a connection was opened anew), ms of the story. */
export type Begins = (client: number) => number

/** Exchanges that one server hears, by second. */
export interface Rhythm {
  readonly meanPerS: number
  /** In its busiest second. */
  readonly peakPerS: number
  /** The share of seconds without any. */
  readonly silent: number
}

export interface Story {
  readonly clients: number
  readonly servers: number
  readonly chance: Chance
  readonly begins: Begins
  /** All connections were opened anew after a goodbye that everybody heard at once. */
  readonly reopened?: boolean
}

/** How long is listened, s: the longest silence of `k8s/base` and its second turn. */
const listenedS = 4 * 3600
/** As the kinds that hold have it where nothing is said. */
const reconnect = { base: 1000, cap: 30_000 }

/**
 * What one of the servers hears in four hours, from its share of all connections: when each first connects, and that it speaks at the
 * first tick of the wheel after its silence, for ever. A round trip is shorter than a tick, so that all are late alike.
 */
export function rhythmOf({ held }: Demand, { clients, servers, chance, begins, reopened = false }: Story): Rhythm {
  const seconds = new Uint32Array(listenedS)
  for (let client = 0; client < clients; client++) {
    const began = begins(client)
    const tickAt = chance.between(0, usualTickMs)
    for (const { connections, spreadMs, idle } of held)
      for (let index = 0; index < connections; index++) {
        if (!chance.hits(1 / servers)) continue
        const delay = reopened
          ? reconnectIn({ reconnect, spread: spreadMs }, { failures: 0, left: true }, () => chance.unit())
          : startDelay(index, connections, spreadMs)
        const silence = silenceOf(idle, index, () => chance.unit()) + usualTickMs
        const opened = tickAt + Math.ceil((began + delay) / usualTickMs) * usualTickMs
        for (let at = opened + silence; at < listenedS * 1000; at += silence) {
          const second = Math.floor(at / 1000)
          seconds[second] = (seconds[second] ?? 0) + 1
        }
      }
  }
  const total = seconds.reduce((sum, each) => sum + each, 0)
  return {
    meanPerS: total / listenedS,
    peakPerS: seconds.reduce((most, each) => Math.max(most, each), 0),
    silent: seconds.filter(each => each === 0).length / listenedS,
  }
}

/** All within that time, each by its own luck: as a rollout or an operator's `apply` begins them. */
export const within =
  (ms: number, chance: Chance): Begins =>
  () =>
    chance.between(0, ms)
