import { natRules } from '../../evidence/nat-rules/facts.ts'
import { isLate } from '../case.ts'
import type { Case, LateOpening } from '../case.ts'
import { attemptsOf, isSilent } from '../attempts.ts'
import { doubt } from '../repicked.ts'
import { netstatRise } from '../rises.ts'
import type { Meanwhile } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { seriesName } from '../case.ts'
import { lackingNode } from '../lacking.ts'
import { lostRaces } from './races.ts'

export const snatPortRace = defineRule({
  name: 'snat-port-race',
  title: 'connections race for a source port, and lose their first packet',
  family: 'lost-nat',
  judge,
})

/** Fewer are no pattern. */
const least = 3
/** One retransmission of a SYN, and not two, ms. */
const onceMs = 2500

function judge(of: Case): Finding[] {
  const late = of.lateOpenings.filter(({ suspect, tookUs }) => !suspect && tookUs < onceMs * 1000)
  const [first, last] = [late[0], late.at(-1)]
  if (!first || !last || late.length < least) return []
  const time = { from: Math.min(...late.map(sentAt)), to: last.at }
  if (isOutage(of, time)) return []
  const races = lostRaces(of, time)
  const isRace = races !== undefined && races.failed * 2 >= late.length && races.dropped <= races.failed
  const only = races ? undefined : onlyFirstPackets(of, time, late.length)
  if (!isRace && only === undefined) return []
  const opened = openedIn(of, time)
  const fixed = keepsPorts(of)
  return [
    {
      says: `${late.length} of ${opened} connections opened a second late: ${races ? 'two flows raced for one source port, and the loser’s first packet was dropped' : 'their first packet was lost, and nothing else was'}.`,
      ...(!isRace && { only: 'family' }),
      explains: of.lateOpenings.filter(each => sentAt(each) >= time.from && each.at <= time.to),
      of: opened,
      confidence: confidenceOf(races, fixed, only),
      evidence: [
        ...lateLines(late),
        ...(races
          ? [
              {
                source: 'node conntrack',
                at: races.at,
                says: `insert_failed rose by ${races.failed}, drop by ${races.failed + races.dropped}`,
              },
            ]
          : []),
        ...(fixed ? [{ source: 'node nat-rules', at: fixed.at, says: fixed.text }] : []),
        ...(only === undefined ? [] : [{ source: 'client', at: of.at, says: only }]),
      ],
      ruledOut: [
        ...(races ? [{ what: 'packet-loss', because: 'conntrack counts as many lost races' }] : []),
        ...(races && races.dropped === 0
          ? [{ what: 'table-full', because: 'nothing was dropped but what lost a race' }]
          : []),
        { what: 'black-hole', because: 'all of them came up' },
      ],
      missing: races
        ? []
        : lackingNode(
            of,
            'whether conntrack counts insert_failed, and whether source ports are chosen by chance; else the accept queue of the server may be full',
          ),
      remedy: [
        '# Let the node choose source ports by chance: the rule that masquerades, with --random-fully (nft: fully-random).',
        ...(fixed ? [`# This one has it not: ${fixed.text}`] : []),
        '# flannel has it by itself from iptables 1.6.2 on, Calico with natOutgoing and NATPortRange unset; Docker has not.',
        'iptables -t nat -A POSTROUTING -s PODS ! -d PODS -j MASQUERADE --random-fully',
      ],
    },
  ]
}

const sentAt = ({ at, tookUs }: LateOpening): number => at - tookUs / 1000

/** After an outage whatever waited opens late: that is its echo, also when the outage has its verdict, and that is closed. */
const isOutage = (of: Case, { from, to }: Meanwhile): boolean =>
  attemptsOf(of).some(
    each =>
      (isSilent(each) || each.fate === 'refused') &&
      !each.isDoubtful &&
      each.sentAt >= from - echoMs &&
      each.sentAt <= to,
  )

/** The last retransmission of a connect may be so long after the outage, ms. */
const echoMs = 60_000

/** If every packet were lost as often as these were, some would have been lost a second time. */
function onlyFirstPackets(of: Case, time: Meanwhile, late: number): string | undefined {
  const opened = openedIn(of, time)
  const again = netstatRise(of, 'own', 'TcpExt.TCPSynRetrans', time)
  if ((1 - late / opened) ** late > doubt || (again && again.by < late)) return undefined
  return `${late} of ${opened} first packets were lost, and none of ${late} second ones`
}

function openedIn(of: Case, { from, to }: Meanwhile): number {
  const all = of.cohorts.flatMap(({ opens }) => [...opens].filter(each => sentAt(each) >= from - 1 && each.at <= to))
  return Math.max(all.length, all.filter(isLate).length)
}

/** A rule that keeps the port where it can. */
function keepsPorts({ facts }: Case): { readonly at: number; readonly text: string } | undefined {
  return facts
    .all(natRules, 'node')
    .flatMap(({ at, value }) =>
      value.masquerades.flatMap(({ randomFully, text }) => (randomFully === true ? [] : [{ at, text }])),
    )
    .at(-1)
}

function confidenceOf(
  races: { readonly failed: number } | undefined,
  fixed: object | undefined,
  only: string | undefined,
): Finding['confidence'] {
  if (races && fixed)
    return {
      level: 'proven',
      because: `conntrack could not make ${races.failed} entries, and the node keeps source ports`,
    }
  if (races) return { level: 'likely', because: `conntrack could not make ${races.failed} entries` }
  return { level: 'possible', because: only ?? '' }
}

const lateLines = (late: readonly LateOpening[]) =>
  [...Map.groupBy(late, seriesName)].map(([series, those]) => ({
    source: 'client',
    at: those.at(-1)?.at ?? 0,
    says: `${series}: ${those.length} opened after ${Math.round(Math.min(...those.map(({ tookUs }) => tookUs)) / 1000)} ms or more`,
  }))
