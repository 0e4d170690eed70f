import type { Case } from '../case.ts'
import { fallenOf, noticedMs } from '../fallen.ts'
import type { Finding } from '../rule.ts'
import { shareOf } from '../attempt-lines.ts'
import { isRefused } from '../attempts.ts'
import type { Spell } from '../partly.ts'
import { areOfOneNode, serversOf } from '../servers.ts'
import { hostOf } from '../host.ts'
import { deadFinding } from './finding.ts'
import { suspectsIn } from './suspects.ts'

/** The node tells where it led what failed: to one backend, from which nobody hears, and which is still among the endpoints. */
export function byTheNode(of: Case, spell: Spell): Finding[] {
  const suspects = suspectsIn(of, spell)
  if (!suspects || spell.good.length === 0) return []
  const { hosts, led, elsewhere, served, at } = suspects
  const servers = [...serversOf(of).values()].filter(({ ip }) => hosts.includes(hostOf(ip) ?? ''))
  if (areOfOneNode(of, servers)) return []
  const where = hosts.join(', ')
  const how = spell.bad.some(isRefused) ? 'it refuses' : 'nobody answers there'
  const still = served.length > 0
  const isFresh = diedOfLate(of, hosts, spell)
  return [
    deadFinding(of, spell, {
      dead: { hosts, servers: servers.map(({ instance }) => instance) },
      says: `${shareOf(spell.bad, spell.good)} new attempts to ${spell.callee.host} fail: the node leads them to ${where}, and ${how}.`,
      confidence:
        still && !isFresh
          ? {
              level: 'proven',
              because: `${led} of ${led + elsewhere} failing flows that were looked up lead to ${where}, which the node still has as a backend`,
            }
          : {
              level: 'likely',
              because: `${led} of ${led + elsewhere} failing flows that were looked up lead to ${where}${isFresh ? ', where somebody was a moment ago: it may come back, or be taken out' : ''}`,
            },
      evidence: [
        {
          source: 'node conntrack-entries',
          at,
          says: `${led} of ${led + elsewhere} flows that failed lead to ${where}`,
        },
        ...served.slice(-1).map(each => ({
          source: each.source,
          at: each.at,
          says: `${spell.callee.host} leads to ${each.backends.join(', ')}`,
        })),
      ],
      ruledOut: [
        { what: 'packet-loss', because: 'what was led elsewhere was answered' },
        ...(still ? [{ what: 'udp-stale-entry', because: 'new flows are led there, and not only old ones' }] : []),
      ],
      missing: still
        ? []
        : [
            {
              what: 'the rules of the node (source nat-rules or ipvs)',
              wouldTell: `whether ${where} is still a backend`,
            },
          ],
    }),
  ]
}

/** Who was there lost what it had less than a minute before the last of these failures. */
const diedOfLate = (of: Case, hosts: readonly string[], { to }: Spell): boolean =>
  fallenOf(of).some(({ server, from }) => hosts.includes(hostOf(server.ip) ?? '') && to <= from + noticedMs)
