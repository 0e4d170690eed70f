import { type Attempt, attemptsOf, isHeard } from '../attempts.ts'
import type { Case } from '../case.ts'
import { hostOf } from '../host.ts'
import { leadOf } from '../leads.ts'
import type { Spell } from '../partly.ts'
import { serversOf } from '../servers.ts'

/** Who is known to be dead: backends by their address, servers by their instance. */
export interface Dead {
  readonly hosts: readonly string[]
  readonly servers: readonly string[]
}

/**
 * Everything that a dead backend of this callee has cost: what was new and failed, connections that it had, and ports that
 * were led to it once and keep asking.
 */
export function tollOf(of: Case, spell: Spell, dead: Dead): readonly Attempt[] {
  const { callee, from } = spell
  const meets = meetsIn(of, dead)
  const ports = new Set(silentPorts(callee.attempts, from, meets))
  return attemptsOf(of).filter(each => {
    if (!each.symptom || isHeard(each) || each.fate === 'wrong-source') return false
    if (each.host === callee.host && each.isNew) return each.sentAt >= from - earlyMs
    if (dead.hosts.includes(each.host ?? '')) return each.sentAt >= from - earlyMs // straight to it
    return meets(each) === true || ports.has(each.series)
  })
}

/** The first to meet it may be a connection it had, or a port. */
const earlyMs = 60_000

/** Whether an attempt met the dead; `undefined` where nobody knows whom it met. */
const meetsIn =
  (of: Case, { hosts, servers }: Dead) =>
  (attempt: Attempt): boolean | undefined => {
    if (hosts.length + servers.length === 0) return undefined
    if (attempt.server !== undefined) {
      const ip = hostOf(serversOf(of).get(attempt.server)?.ip)
      return servers.includes(attempt.server) || (ip !== undefined && hosts.includes(ip))
    }
    const lead = leadOf(of, attempt)
    return lead && hosts.includes(lead.backend)
  }

/** Ports that were not answered a single time since, unless they are known to have met somebody else before. */
function silentPorts(
  attempts: readonly Attempt[],
  from: number,
  meets: (attempt: Attempt) => boolean | undefined,
): Attempt['series'][] {
  const pinned = attempts.filter(({ series }) => 'mode' in series.of && series.of.mode === 'pinned')
  return [...Map.groupBy(pinned, ({ series }) => series)].flatMap(([series, asks]): Attempt['series'][] => {
    const first = asks.findIndex(({ symptom }) => symptom)
    const [before, failed] = [asks.slice(0, first), asks.slice(first)]
    const end = failed.findIndex(isHeard)
    const met = before.findLast(isHeard)
    const isOther = met !== undefined && meets(met) === false
    const unheard = end < 0 ? failed : failed.slice(0, end)
    return first < 0 || isOther || unheard.length < 2 || (unheard.at(-1)?.sentAt ?? 0) < from ? [] : [series]
  })
}
