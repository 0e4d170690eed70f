import type { Case } from '../case.ts'
import { silencesOf } from '../silences.ts'
import type { TimeoutChange } from '../timeout-watch.ts'

/**
 * With one server behind a Service an entry that expired heals silently where the client speaks: its packet can be led to that
 * server alone. So where a Service is scaled to one, or from one, a timeout that stays as it is goes out of sight, or comes into it.
 */
export function hadOneServer(of: Case, change: TimeoutChange): boolean {
  const { path, speaker } = change.of
  const fatal = change.before.timeout ?? change.now.timeout
  if (path !== 'service' || speaker !== 'client' || fatal?.ends !== 'found') return false
  const [spared, met] = change.became === 'longer' ? [after, before] : [before, after]
  const [few, many] = [spared(of, change), met(of, change)]
  return few.size === 1 && many.size > 1
}

/** Servers met until it changed, and since: those that connections were opened to, or that answered. */
const before = (of: Case, change: TimeoutChange): ReadonlySet<string> => met(of, change, -Infinity, change.after)
const after = (of: Case, change: TimeoutChange): ReadonlySet<string> => met(of, change, change.by, Infinity)

function met(of: Case, { cohorts }: TimeoutChange, from: number, to: number): ReadonlySet<string> {
  const mine = of.cohorts.filter(({ of: { kind, cohort } }) => cohorts.includes(`${kind}/${cohort}`))
  const opened = mine.flatMap(({ opens }) => [...opens].filter(({ at }) => at >= from && at <= to))
  const answered = silencesOf(of).filter(
    ({ cohort, brokenAt }) => mine.includes(cohort) && brokenAt >= from && brokenAt <= to,
  )
  return new Set([
    ...opened.map(({ peer }) => peer.instance),
    ...answered.flatMap(({ server }) => (server === undefined ? [] : [server])),
  ])
}
