import type { Callee } from './callees.ts'
import type { Case } from './case.ts'

/** After a server's goodbye, what fails because of it is planned for so long, ms (docs/decisions/0006). */
export const rolloutMs = 60_000

/** A server said goodbye shortly before, or did so while others still were led to it. */
export function hasLeft({ farewells }: Case, server: string, at: number): boolean {
  const said = farewells.get(server)
  return said !== undefined && said.to > at - rolloutMs && said.from < at + rolloutMs
}

/**
 * Every server that was met at an address before has said goodbye: it was scaled down, or all of it is being replaced. Who
 * had no connection of ours, and only answered datagrams, had nobody to say it to.
 */
export function haveAllLeft({ cohorts, farewells }: Case, { attempts }: Callee, at: number): boolean {
  const had = new Set(cohorts.flatMap(({ opens }) => [...opens].map(({ peer }) => peer.instance)))
  const met = new Set(attempts.flatMap(({ server, sentAt }) => (sentAt <= at && server !== undefined ? [server] : [])))
  const told = [...met].filter(server => had.has(server))
  return told.length > 0 && told.every(server => (farewells.get(server)?.from ?? Infinity) <= at + rolloutMs)
}
