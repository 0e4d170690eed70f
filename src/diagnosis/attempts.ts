import type { Fate } from '../outcome/fate.ts'
import type { Flow } from '../outcome/flow.ts'
import type { Stamp } from '../outcome/observation.ts'
import type { Case, Death, Question } from './case.ts'
import { isDeath, isLate } from './case.ts'
import { type Hosts, hostsOf } from './hosts.ts'
import { hostOf } from './host.ts'
import type { CohortHistory, ProbeHistory } from './history.ts'
import { perCase } from './per-case.ts'
import { sentAt } from './questions.ts'
import { isOthers } from './stalls.ts'

/** One try to get something across: a connection to be opened, a word into a silence, a question. */
export interface Attempt {
  /** Epoch ms at which it was sent, or a little later: a busy process tells of it late. */
  readonly sentAt: number
  /** Until its fate was known. */
  readonly tookUs: number
  /** From a port that nothing on the path knew: whoever chooses for new flows chose for it. */
  readonly isNew: boolean
  readonly proto: Flow['proto']
  readonly fate: Fate
  /** Whom it called, as an IP address; `undefined` where no flow ever told. */
  readonly host: string | undefined
  /** What it shares with others on the same flow: a connection, or a port for good. */
  readonly line: unknown
  /** The server that had it, or answered: its instance, where that is known. */
  readonly server: string | undefined
  /** The symptom it ended as, unless a closed verdict has explained it already. */
  readonly symptom: Death | Question | undefined
  /** A connection that was closed, or reset, in the middle of a silence: so does the kernel of a process that is killed. */
  readonly isCut: boolean
  /** It may be our own fault, or not have been sent when it seems: to be explained with others of its time, not counted. */
  readonly isDoubtful: boolean
  readonly series: CohortHistory | ProbeHistory
}

/** Its first packet at least was lost, or somebody on the way knows that nobody is there. */
export const isSilent = ({ fate, tookUs }: Attempt): boolean =>
  fate === 'timeout' || fate === 'unreachable' || (fate === 'refused' && isLate({ tookUs }))
/** At once. */
export const isRefused = ({ fate, tookUs }: Attempt): boolean => fate === 'refused' && !isLate({ tookUs })
/** Something came back from whom it called. */
export const isHeard = ({ fate }: Attempt): boolean => fate === 'ok' || fate === 'wrong-reply'
/** It went wrong, and that is nobody's fault but others'. */
export const isTelling = ({ symptom, isDoubtful }: Attempt): boolean => symptom !== undefined && !isDoubtful

/** All that are remembered, in the order in which they were sent. */
export const attemptsOf = perCase((of: Case): readonly Attempt[] => {
  const symptoms = new Set<unknown>([...of.deaths, ...of.misses])
  const known = (each: Death | Question) =>
    symptoms.has(each) ? { symptom: each, isDoubtful: !isOthers(of, each) } : well(each)
  const hosts = hostsOf(of)
  const held = of.cohorts.flatMap(cohort => inCohort(cohort, hosts.get(cohort) ?? none, known))
  const asked = of.probes.flatMap(probe => inProbe(probe, hosts.get(probe) ?? none, known))
  return [...held, ...asked].toSorted((a, b) => a.sentAt - b.sentAt)
})

/** By the server that had them, or answered: its instance. */
export const attemptsByServer = perCase(
  (of: Case): ReadonlyMap<string | undefined, readonly Attempt[]> =>
    Map.groupBy(attemptsOf(of), ({ server }) => server),
)

const none: Hosts = new Set()

type Known = (each: Death | Question) => Pick<Attempt, 'symptom' | 'isDoubtful'>
/** When it was sent is not sure where we stood still meanwhile. */
const well = ({ suspect }: Stamp) => ({ symptom: undefined, isDoubtful: suspect === true })

function inCohort(cohort: CohortHistory, hosts: Hosts, known: Known): Attempt[] {
  const [only] = hosts.size === 1 ? hosts : []
  const isReusing = reusesPorts(cohort)
  const servers = new Map([...cohort.opens].map(({ id, peer }) => [id, peer]))
  const common = { proto: 'tcp', series: cohort, isCut: false } as const
  /** A pod is called by its own address; a Service by one that only its failures tell. */
  const called = (ip: string | undefined) => (cohort.of.path === 'pod' || (ip && hosts.has(ip)) ? ip : only)
  return [
    ...[...cohort.opens].map(each => ({
      ...common,
      line: each.id,
      sentAt: each.at - each.tookUs / 1000,
      tookUs: each.tookUs,
      isNew: !isReusing,
      fate: 'ok' as const,
      host: called(hostOf(each.peer.ip)),
      server: each.peer.instance,
      symptom: undefined,
      // Of one that came up late, the packet that got through was sent some time after the first.
      isDoubtful: each.suspect === true || isLate(each),
    })),
    ...[...cohort.exchanges].map(each => ({
      ...common,
      line: each.id,
      sentAt: each.at - each.tookUs / 1000,
      tookUs: each.tookUs,
      isNew: false,
      fate: 'ok' as const,
      host: called(hostOf(servers.get(each.id)?.ip)),
      server: servers.get(each.id)?.instance,
      ...well(each),
    })),
    ...[...cohort.ends].filter(isDeath).map(death => ({
      ...common,
      line: death.id ?? death,
      sentAt: spokeAt(death, cohort),
      tookUs: death.tookUs,
      isNew: death.phase === 'connect' && !isReusing,
      fate: death.fate,
      host: hostOf(death.flow?.remote) ?? called(hostOf(death.peer?.ip)),
      server: death.peer?.instance,
      isCut: death.phase === 'idle' && (death.fate === 'closed' || death.fate === 'reset'),
      ...known(death),
    })),
  ]
}

function inProbe(probe: ProbeHistory, hosts: Hosts, known: Known): Attempt[] {
  const asks = [...probe.asks].filter(({ fate }) => fate !== 'cancelled')
  const [only] = hosts.size === 1 ? hosts : []
  return asks.map(ask => ({
    proto: 'udp',
    series: probe,
    isCut: false,
    line: probe.of.mode === 'pinned' ? probe : ask,
    sentAt: sentAt(ask),
    tookUs: ask.tookUs,
    isNew: probe.of.mode !== 'pinned',
    fate: ask.fate,
    host: hostOf(ask.flow?.remote) ?? only,
    server: ask.fate === 'ok' && ask.by !== undefined ? ask.by.split('/').at(-1) : undefined,
    ...known(ask),
  }))
}

/** When something was sent into nothing: of a connection that keepalive found dead, its first probe. */
function spokeAt(death: Death, { options }: CohortHistory): number {
  if (death.phase !== 'idle') return death.at - death.tookUs / 1000
  const keepaliveMs = (options?.keepalive?.idleS ?? Infinity) * 1000
  return death.at - Math.max(0, (death.tcpInfo?.lastAckRecvMs ?? 0) - keepaliveMs)
}

/** Its connections come from ports they had before, so something on the path may still know them. */
function reusesPorts({ ends }: CohortHistory): boolean {
  const ports = [...ends].flatMap(({ phase, flow }) => (phase === 'connect' ? (flow?.local ?? []) : []))
  return new Set(ports).size < ports.length
}
