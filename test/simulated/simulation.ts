import { diagnostician } from '../../src/diagnosis/diagnose.ts'
import { investigate } from '../../src/engine/investigate.ts'
import type { Evidence } from '../../src/outcome/evidence.ts'
import type { Observation, Told } from '../../src/outcome/observation.ts'
import { ask as askOver, type AskPlan, type DnsHealth } from './asking.ts'
import { chance as chanceOf } from './chance.ts'
import { cluster as clusterOf, type Cluster } from './cluster.ts'
import { clusterReadings } from './cluster-readings.ts'
import { type Diary, diary as newDiary } from './diary.ts'
import { type Cohort, type CohortPlan, hold } from './held.ts'
import { ledger } from './ledger.ts'
import { lookUp } from './lookups.ts'
import { clientNode, type ClientNode } from './node.ts'
import { nodeReadings, ownLife, ownReadings } from './readings.ts'
import { ourIp, type Stage } from './stage.ts'
import { type Timeline, timeline } from './timeline.ts'
import { unrest, type Unrest } from './unrest.ts'

/** How a story is told. Durations in ms. */
export interface Setting {
  readonly seed: number
  readonly cohorts: readonly CohortPlan[]
  readonly asks?: readonly AskPlan[]
  /** Whole lookups of DNS, so often. */
  readonly lookups?: number
  readonly node?: Partial<ClientNode>
  readonly servers?: number
  /** Who can be asked, beside ourselves and the servers. */
  readonly agent?: boolean
  readonly kubernetes?: boolean
  /** Between examinations while all is well; 15 s in life. */
  readonly every?: number
  /** The last to touch evidence: what lies, or is not to be had. */
  readonly evidence?: (evidence: Evidence, stage: Stage) => Evidence
}

export interface Simulation {
  readonly stage: Stage
  readonly time: Timeline
  readonly cluster: Cluster
  readonly node: ClientNode
  readonly cohorts: ReadonlyMap<string, Cohort>
  readonly dns: DnsHealth
  readonly unrest: Unrest
  readonly diary: Diary
  /** Our own process begins anew. */
  restart(): void
  /** Observations so far. */
  readonly told: () => number
}

/** A client and its world, judged as the engine would do it, in time that takes no time. */
export function simulation(setting: Setting): Simulation {
  const { seed, agent = true, kubernetes = true, every = 15_000, evidence = e => e } = setting
  const time = timeline()
  const chance = chanceOf(seed)
  const node = clientNode(setting.node)
  const cluster = clusterOf(chance, setting.servers ?? 3)
  const judge = diagnostician()
  const diary = newDiary(time)
  const disturbances = unrest(time, tell)
  let [port, told] = [32_768, 0]

  const stage: Stage = {
    time,
    chance,
    node,
    cluster,
    ledger: ledger(),
    counts: new Map(),
    tracked: new Map(),
    newPort: () => (port = port < 60_999 ? port + 1 : 32_768),
    tell: news => disturbances.meanwhile(() => tell(news)),
  }

  function tell(news: Told): void {
    const now = { at: Math.round(time.wall()), steady: time.now() }
    const isSuspect = disturbances.disturbedSince(now.steady - ('tookUs' in news ? (news.tookUs ?? 0) / 1000 : 0))
    const observation: Observation =
      news.type !== 'disturbed' && isSuspect ? { ...news, ...now, suspect: true } : { ...news, ...now }
    told += 1
    investigation.hear(observation)
    for (const verdict of judge.fold(observation)) diary.write(verdict)
  }

  const investigation = investigate({
    clock: time.clock,
    everyMs: every,
    isOpen: () => judge.open.length > 0,
    tell: news => stage.tell(news),
    witnesses: {
      // As in engine/witnesses.ts.
      async ask(ask, thorough) {
        const { flows, accounts } = ask
        const asked = accounts.map(({ id, peer }) => stage.ledger.asked(id, peer, time.now(), time.wall() - time.now()))
        return evidence(
          {
            own: ownReadings(stage),
            ...(accounts.length > 0 && { servers: { ledger: { at: Math.round(time.wall()), value: asked } } }),
            ...(kubernetes && flows.length + accounts.length > 0 && { cluster: clusterReadings(stage, ask) }),
            ...(agent && { node: nodeReadings(stage, ask, thorough) }),
          },
          stage,
        )
      },
      close: async () => {},
    },
  })

  const began = () =>
    tell({
      type: 'began',
      side: 'client',
      identity: { pod: 'longhold-client-1', node: 'node-1', ip: ourIp, instance: `c${time.now()}` },
      version: '0.1.0',
    })
  const dns: DnsHealth = { late: () => chance.between(0.4, 4), rcode: () => 'NOERROR' }
  const begin = () => new Map(setting.cohorts.map(plan => [plan.name, hold(plan, stage)]))

  began()
  ownLife(stage)
  let cohorts = begin()
  for (const plan of setting.asks ?? []) askOver(plan, dns, stage)
  if (setting.lookups !== undefined) lookUp('dns', setting.lookups, dns, stage)

  return {
    stage,
    time,
    cluster,
    node,
    get cohorts() {
      return cohorts
    },
    dns,
    unrest: disturbances,
    diary,
    restart() {
      for (const cohort of cohorts.values()) cohort.stop()
      began()
      cohorts = begin()
    },
    told: () => told,
  }
}
