import { isIPv6 } from 'node:net'
import { ipvs } from '../evidence/ipvs/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { canonical } from '../evidence/tuple.ts'
import { type Attempt, attemptsOf } from './attempts.ts'
import type { Case } from './case.ts'
import { hostOf } from './host.ts'
import { perCase } from './per-case.ts'
import type { Meanwhile } from './rises.ts'
import { type Server, serversOf } from './servers.ts'

/** Somebody who is called, and how every attempt to reach them fared. */
export interface Callee {
  /** As an IP address. */
  readonly host: string
  /** `service`: whoever answers has another address. `direct`: it is their own. `unknown`: nobody tells. */
  readonly way: 'service' | 'direct' | 'unknown'
  /** In the order in which they were sent. */
  readonly attempts: readonly Attempt[]
}

export const calleesOf = perCase((of: Case): readonly Callee[] => {
  const called = attemptsOf(of).filter((each): each is Attempt & { host: string } => each.host !== undefined)
  const services = servicesOf(of)
  return [...Map.groupBy(called, ({ host }) => host)].map(([host, attempts]) => ({
    host,
    way: services.has(host) ? 'service' : wayOf(host, attempts, serversOf(of)),
    attempts,
  }))
})

function wayOf(host: string, attempts: readonly Attempt[], servers: ReadonlyMap<string, Server>): Callee['way'] {
  const straight = attempts.some(({ series: { of } }) => 'path' in of && of.path === 'pod')
  const ips = attempts.flatMap(({ server }) => hostOf(servers.get(server ?? '')?.ip) ?? [])
  if (straight || ips.includes(host)) return 'direct'
  // A server may name its address of the other family.
  return ips.some(ip => isIPv6(ip) === isIPv6(host)) ? 'service' : 'unknown'
}

/** Addresses that the node knows as Services. */
function servicesOf({ facts }: Case): ReadonlySet<string> {
  const known = [
    ...facts.all(natRules, 'node').flatMap(({ value }) => value.services),
    ...facts.all(ipvs, 'node').flatMap(({ value }) => value.services),
  ]
  return new Set(known.map(({ address }) => canonical(address)))
}

/** Clocks are read, and things told, by a busy process: what was sent this close to a moment may be of either side of it, ms. */
export const blurMs = 100

/** From the first of these to the last; `undefined` when there are none. */
export function spellOf(attempts: readonly Attempt[]): Meanwhile | undefined {
  const [first, last] = [attempts[0], attempts.at(-1)]
  return first && last && { from: first.sentAt, to: last.sentAt }
}

/** Sent well within a time, no doubt. */
export const within = (attempts: readonly Attempt[], { from, to }: Meanwhile): readonly Attempt[] =>
  attempts.filter(({ sentAt, isDoubtful }) => !isDoubtful && sentAt > from + blurMs && sentAt < to - blurMs)

/** Sent from the first moment of a time on, no doubt, and well before its end. */
export const during = (attempts: readonly Attempt[], { from, to }: Meanwhile): readonly Attempt[] =>
  attempts.filter(({ sentAt, isDoubtful }) => !isDoubtful && sentAt >= from && sentAt < to - blurMs)

/** Sent within a time, or so close to it that nobody can tell. */
export const around = (attempts: readonly Attempt[], { from, to }: Meanwhile): readonly Attempt[] =>
  attempts.filter(({ sentAt }) => sentAt >= from - blurMs && sentAt <= to + blurMs)

/** Sent since then, by a margin. */
export const since = (attempts: readonly Attempt[], from: number): readonly Attempt[] =>
  within(attempts, { from, to: Infinity })
