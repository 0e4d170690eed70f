import { answeredLines } from './attempt-lines.ts'
import { type Attempt, attemptsOf, isHeard, isSilent, isTelling } from './attempts.ts'
import { during, within } from './callees.ts'
import type { Case } from './case.ts'
import { findingFrom } from './from-attempts.ts'
import { lackingNode } from './lacking.ts'
import { perCase } from './per-case.ts'
import type { Meanwhile } from './rises.ts'
import type { Finding } from './rule.ts'
import { isNeighbour, serversOf } from './servers.ts'
import { type Shut, shutsOf } from './shut.ts'
import { span } from './span.ts'

/** Nothing new gets through to some of those we call, for a time. */
export interface Outage extends Meanwhile {
  readonly shuts: readonly Shut[]
  /** New attempts to others that got through meanwhile: to our own node, and elsewhere. */
  readonly near: readonly Attempt[]
  readonly elsewhere: readonly Attempt[]
  /** On flows from before, to those that are shut: what was answered, and what was not. */
  readonly oldHeard: readonly Attempt[]
  readonly oldSilent: readonly Attempt[]
}

/** Silence that begins at one time is one outage. */
export const outagesOf = perCase((of: Case): readonly Outage[] => {
  const shuts = shutsOf(of)
    .filter(({ bad }) => bad.every(isSilent))
    .toSorted((a, b) => a.from - b.from)
  const groups: Shut[][] = []
  for (const shut of shuts) {
    const last = groups.at(-1)
    if (last?.some(({ to }) => shut.from <= to)) last.push(shut)
    else groups.push([shut])
  }
  return groups.map(group => outageOf(of, group))
})

function outageOf(of: Case, shuts: readonly Shut[]): Outage {
  const time = { from: Math.min(...shuts.map(({ from }) => from)), to: Math.max(...shuts.map(({ to }) => to)) }
  const hosts = new Set<string | undefined>(shuts.map(({ callee }) => callee.host))
  const servers = serversOf(of)
  const isNear = ({ server }: Attempt) => {
    const known = servers.get(server ?? '')
    return known !== undefined && isNeighbour(of, known)
  }
  const all = attemptsOf(of)
  const others = during(
    all.filter(each => isHeard(each) && (each.host === undefined ? each.isNew : !hosts.has(each.host))),
    time,
  )
  const old = all.filter(each => !each.isNew && hosts.has(each.host))
  return {
    ...time,
    shuts,
    near: others.filter(isNear),
    elsewhere: others.filter(each => !isNear(each)),
    oldHeard: within(old.filter(isHeard), time),
    oldSilent: old.filter(
      each => isTelling(each) && isSilent(each) && each.sentAt >= time.from - edgeMs && each.sentAt <= time.to + edgeMs,
    ),
  }
}

const edgeMs = 1000

/** What an outage has cost: whatever was sent to those that were shut and heard nothing, our own stalls included. */
export const lostIn = (of: Case, { shuts, from, to }: Outage): readonly Attempt[] => {
  const hosts = new Set<string | undefined>(shuts.map(({ callee }) => callee.host))
  return attemptsOf(of).filter(
    each =>
      each.symptom &&
      isSilent(each) &&
      hosts.has(each.host) &&
      each.sentAt >= from - edgeMs &&
      each.sentAt <= to + edgeMs,
  )
}

/**
 * The family, where its mechanisms cannot be told apart: nothing new gets through to anybody but our own node, be it to
 * Services or straight.
 */
export function silentPath(of: Case): Finding[] {
  return outagesOf(of).flatMap(outage => {
    const { shuts, near, elsewhere, oldHeard, oldSilent, from, to } = outage
    if (elsewhere.length > 0) return []
    const old =
      oldSilent.length > 0
        ? 'what was open fell silent, too'
        : oldHeard.length > 0
          ? 'what was open goes on'
          : undefined
    const hosts = shuts.map(({ callee }) => callee.host)
    // Of a single address that is called in a single way nothing is known but that it is silent.
    if (hosts.length < 2 && near.length === 0 && oldSilent.length === 0) return []
    const lost = lostIn(of, outage)
    return [
      findingFrom(of, {
        only: 'family',
        says: `${lost.length} attempts to ${hosts.join(', ')} heard nothing for ${span(to - from)}, and nothing else got through${near.length > 0 ? ' but to our own node' : ''}: packets disappear on the path (${candidates(oldHeard.length > 0, oldSilent.length > 0)}).`,
        bad: lost,
        good: [],
        meanwhile: outage,
        confidence: {
          level: 'possible',
          because: ['nobody beyond our own node is reached', ...(old ? [old] : [])].join('; '),
        },
        evidence: [
          ...answeredLines(near, 'to pods on our own node'),
          ...answeredLines(oldHeard, 'on flows from before'),
        ],
        ruledOut: [
          ...(oldHeard.length > oldSilent.length
            ? [{ what: 'forwarding-off', because: 'flows from before go on' }]
            : []),
          ...(oldSilent.length > 0 && oldHeard.length === 0
            ? [{ what: 'table-full', because: 'flows from before fell silent, too' }]
            : []),
        ],
        missing: lackingNode(of, 'whether the node forwards, whether its conntrack table is full, and what it counts'),
        remedy: [
          '# On this node: does it forward, is its table full, does its uplink work?',
          'sysctl net.ipv4.ip_forward net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max',
          'ip -s link; nstat -az IpInAddrErrors; conntrack -S',
        ],
      }),
    ]
  })
}

function candidates(goesOn: boolean, fell: boolean): string {
  if (goesOn) return 'a full conntrack table, or a policy that drops what is new'
  return fell
    ? 'forwarding switched off, a dead uplink, or a node that swallows everything'
    : 'forwarding, a full conntrack table, a policy, or a dead uplink'
}
