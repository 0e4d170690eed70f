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
