import { type Attempt, attemptsOf, isHeard, isSilent, isTelling } from '../attempts.ts'
import { within } from '../callees.ts'
import type { Case } from '../case.ts'
import { forwards } from '../forwarding.ts'
import { findingFrom } from '../from-attempts.ts'
import { defineRule, type Finding } from '../rule.ts'
import { isNeighbour, type Server, serversOf, serverWords } from '../servers.ts'
import { silentPath } from '../silent-path.ts'
import { span } from '../span.ts'

export const blackHole = defineRule({
  name: 'black-hole',
  title: 'a node swallows every packet',
  family: 'silent-path',
  judge: of => [...swallowing(of), ...silentPath(of)],
})

/** Fewer silent attempts than this are no pattern. */
const least = 3

/** Nodes none of whose servers was heard from since the first of them fell silent. */
function swallowing(of: Case): Finding[] {
  return [...Map.groupBy(serversOf(of).values(), ({ node }) => node ?? '')].flatMap(([node, servers]) => {
    const isOwn = servers.every(server => isNeighbour(of, server))
    return node === '' || isOwn || servers.length < 2 ? [] : judge(of, node, servers)
  })
}

function judge(of: Case, node: string, servers: readonly Server[]): Finding[] {
  const ids = new Set<string | undefined>(servers.map(({ instance }) => instance))
  const theirs = attemptsOf(of).filter(({ server }) => ids.has(server))
  const silent = theirs.filter(each => isTelling(each) && isSilent(each))
  const met = new Set(silent.map(({ server }) => server))
  const from = silent[0]?.sentAt
  if (from === undefined || silent.length < least || met.size < 2) return []
  const back = theirs.find(each => isHeard(each) && !each.isDoubtful && each.sentAt > from + edgeMs)
  const time = {
    from,
    to: Math.max(...silent.filter(each => !back || each.sentAt < back.sentAt).map(({ sentAt }) => sentAt)),
  }
  if (silent.some(each => back && each.sentAt > back.sentAt)) return []
  const others = within(attemptsOf(of).filter(isHeard), { from, to: back?.sentAt ?? Infinity }).flatMap(
    ({ server }) => {
      const known = ids.has(server) ? undefined : serversOf(of).get(server ?? '')
      return known?.node ? [known] : []
    },
  )
  const elsewhere = new Set(others.filter(server => !isNeighbour(of, server)).map(({ node }) => node))
  // If only our own node answers, it may be our own node that passes nothing on.
  const isTheirs = elsewhere.size > 0 || (others.length > 0 && forwards(of, time))
  if (!isTheirs) return []
  const lost = lostTo(of, ids, from, back?.sentAt ?? Infinity)
  return [
    findingFrom(of, {
      says: `${lost.length} attempts to reach node ${node} heard nothing for ${span(time.to - from)}, whichever of its ${servers.length} servers they were for; other nodes answer.`,
      bad: lost,
      good: [],
      meanwhile: time,
      confidence: {
        level: 'likely',
        because: `${met.size} servers of ${node} fell silent together, and ${elsewhere.size > 0 ? `those of ${[...elsewhere].join(', ')}` : 'nobody else'} did not`,
      },
      evidence: [
        { source: 'client', at: of.at, says: `silent: ${servers.map(serverWords).join(', ')}` },
        { source: 'client', at: of.at, says: `${others.length} attempts to reach other nodes were answered meanwhile` },
      ],
      ruledOut: [
        { what: 'peer-died', because: `${met.size} servers died at the same moment` },
        {
          what: 'forwarding-off',
          because: elsewhere.size > 0 ? 'this node reaches others' : 'this node forwards, and strands nothing',
        },
        ...(lost.some(({ isNew }) => !isNew)
          ? [{ what: 'table-full', because: 'connections that were open fell silent, too' }]
          : []),
      ],
      missing: [],
      remedy: [
        `# Is ${node} alive, and is its network? A firewall, a withdrawn route, a full disk, a hung kernel.`,
        `kubectl describe node ${node}`,
        ...servers.flatMap(({ ip }) => (ip === undefined ? [] : [`ip route get ${ip}`])).slice(0, 1),
        `# On ${node}, from its console: what drops packets?`,
        'nft list ruleset; ip route; ip -s link',
      ],
    }),
  ]
}

/** Of either side of the fault: a busy process tells late of what it sent, ms. */
const edgeMs = 500

/** What went to its servers, and what was new and went where they may have been led to. */
function lostTo(of: Case, ids: ReadonlySet<string | undefined>, from: number, to: number): readonly Attempt[] {
  const hosts = new Set(
    attemptsOf(of).flatMap(({ host, server }) => (ids.has(server) && host !== undefined ? [host] : [])),
  )
  return attemptsOf(of).filter(
    each =>
      each.symptom &&
      isSilent(each) &&
      each.sentAt >= from - edgeMs &&
      each.sentAt <= to &&
      (ids.has(each.server) || (each.server === undefined && each.host !== undefined && hosts.has(each.host))),
  )
}
