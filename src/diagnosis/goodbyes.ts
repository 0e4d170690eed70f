import type { Callee } from './callees.ts'
import type { Case } from './case.ts'

/** After a server's goodbye, what fails because of it is planned for so long, ms (docs/decisions/0006). */
export const rolloutMs = 60_000

/** A server said goodbye shortly before, or did so while others still were led to it. */
export const hasLeft = ({ cohorts }: Case, server: string, at: number): boolean =>
  cohorts.some(({ ends }) =>
    [...ends].some(
      end =>
        end.planned &&
        end.fate === 'closed' &&
        end.peer?.instance === server &&
        end.at > at - rolloutMs &&
        end.at < at + rolloutMs,
    ),
  )

/** Every server that was met at an address before has said goodbye: it was scaled down, or all of it is being replaced. */
export function haveAllLeft(of: Case, { attempts }: Callee, at: number): boolean {
  const left = new Set(
    of.cohorts.flatMap(({ ends }) =>
      [...ends].flatMap(({ planned, fate, peer, at: said }) =>
        planned && fate === 'closed' && peer && said <= at + rolloutMs ? [peer.instance] : [],
      ),
    ),
  )
  const met = new Set(attempts.flatMap(({ server, sentAt }) => (sentAt <= at && server !== undefined ? [server] : [])))
  return met.size > 0 && [...met].every(server => left.has(server))
}
