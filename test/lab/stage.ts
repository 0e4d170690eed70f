import { setTimeout as sleep } from 'node:timers/promises'
import { parseDuration } from '../../src/settings/duration.ts'
import type { Cluster } from './cluster/cluster.ts'
import { remembers } from './cluster/memory.ts'
import { addressOf, type Place, type PodName } from './cluster/places.ts'
import { type Options, runOn } from './cluster/processes.ts'
import type { Memory } from './scenario.ts'
import type { Look, Moment } from './seen/incident.ts'
import { type Sight, sightOf } from './seen/sight.ts'

/** What a scenario can do to a cluster, and wait for. */
export interface Lab {
  readonly cluster: Cluster
  /** Sets for how long nodes remember. */
  remembers(memory: Memory): Promise<void>
  /** kube-proxy on both nodes. */
  readonly proxy: Cluster['proxy']
  /** Masquerading that is none of kube-proxy's business. */
  readonly cni: Cluster['cni']
  /** Does what breaks; afterwards the kernels and ledgers are read. The moment is called `broken`. */
  breaks(says: string, work: () => Promise<unknown>): Promise<void>
  /** Does what heals: `healed`. */
  heals(says: string, work: () => Promise<unknown>): Promise<void>
  /** Does what a verdict says: `remedied`. */
  remedies(says: string, work: () => Promise<unknown>): Promise<void>
  /** Does what operators do every day: `changed`. */
  changes(says: string, work: () => Promise<unknown>): Promise<void>
  /** Tells the audience something. */
  says(text: string): void
  /** Waits until every connection of every cohort is open. */
  untilOpen(within?: string): Promise<void>
  /** Waits until it is seen. Error with what was expected when it is not seen within `within`, by default 30 s. */
  until(says: string, holds: (sight: Sight) => boolean, within?: string): Promise<void>
  /**
   * Waits for the beginning of a silence: everybody of the cohort has spoken, the last one just now. Whoever is heard while
   * a node forgets meets another failure: the answer on its way leaves the node untranslated.
   */
  untilSpoken(cohort: string): Promise<void>
  /** Lets time pass. */
  passes(duration: string, says: string): Promise<void>
  /** Reads kernels and ledgers now, under this name. */
  looks(name: string): Promise<void>
  /** Runs a command on a host, split at spaces. Rejects with what it printed when it fails. */
  on(host: string, command: string, options?: Options): Promise<string>
  addressOf(place: Place): string
  /** What the Kubernetes API says of the DNS pods from now on: who is ready, and who terminates. */
  tellsApi(ready: readonly PodName[], terminating?: readonly PodName[]): Promise<void>
  /** From now on a host name leads there; the plan's `names` say where it led at first. */
  leads(name: string, ...places: readonly Place[]): void
  /** Whatever longhold runs in a place: it stops saying goodbye, is killed without a word, starts again. */
  stops(place: Place): Promise<void>
  kills(place: Place): Promise<void>
  starts(place: Place): Promise<void>
  /** Somebody new: a client with probes of its own, whose connections and questions are all new to the nodes. */
  joins(place: Place, ...probes: readonly object[]): Promise<void>
}

export interface Staging {
  readonly cluster: Cluster
  /** So many connections are to be held. */
  readonly connections: number
  /** False: whatever is done is only told, not done; a scenario that then still passes proves nothing. */
  readonly staged: boolean
  readonly moments: Moment[]
  readonly looks: Look[]
  readonly tell: (what: {
    readonly kind: 'says' | 'waits' | 'breaks' | 'heals' | 'changes'
    readonly text: string
  }) => void
  readonly signal: AbortSignal
}

export function labOn({ cluster, connections, staged, moments, looks, tell, signal }: Staging): Lab {
  const act =
    (kind: 'breaks' | 'heals' | 'changes', name: string) => async (says: string, work: () => Promise<unknown>) => {
      signal.throwIfAborted()
      tell({ kind, text: says })
      const from = Date.now()
      if (staged) await work()
      moments.push({ name, says, from, at: Date.now() })
      looks.push(await cluster.look(name))
    }
  async function until(says: string, holds: (sight: Sight) => boolean, within = '30s'): Promise<void> {
    tell({ kind: 'waits', text: says })
    const deadline = performance.now() + milliseconds(within)
    while (!holds(sightOf({ observations: cluster.journals.read(), moments, looks }))) {
      if (performance.now() > deadline) throw new NotSeen(`not seen within ${within}: ${says}`)
      await sleep(100, undefined, { signal })
    }
  }
  return {
    cluster,
    remembers: memory => remembers(cluster.mode, memory),
    proxy: cluster.proxy,
    cni: cluster.cni,
    breaks: act('breaks', 'broken'),
    heals: act('heals', 'healed'),
    remedies: act('heals', 'remedied'),
    changes: act('changes', 'changed'),
    says: text => tell({ kind: 'says', text }),
    until,
    untilOpen: within =>
      until(`all ${connections} connections are open`, ({ client }) => client.opened().length >= connections, within),
    untilSpoken: cohort =>
      until('everybody has just spoken', ({ client }) => {
        const silentFor = Date.now() - Math.max(0, ...client.exchanged({ cohort }).map(({ at }) => at))
        return silentFor > 300 && silentFor < 900
      }),
    async passes(duration, says) {
      tell({ kind: 'waits', text: `${duration}: ${says}` })
      await sleep(milliseconds(duration), undefined, { signal })
    },
    async looks(name) {
      looks.push(await cluster.look(name))
    },
    on: async (host, command, options) => (await runOn(host, command.split(' '), options)).stdout,
    addressOf,
    async tellsApi(ready, terminating) {
      if (!cluster.api) throw new Error('the plan has no `api`')
      await cluster.api.dnsPods(ready, terminating)
    },
    leads: (name, ...places) => cluster.names.lead(name, places),
    async stops(place) {
      const codes = await Promise.all(halvesIn(place).map(each => each.stop()))
      if (codes.some(code => code !== 0))
        throw new Error(`longhold in ${place} stopped with exit code ${codes.join(', ')}`)
    },
    kills: async place => void (await Promise.all(halvesIn(place).map(each => each.kill()))),
    async starts(place) {
      for (const { half } of halvesIn(place))
        await (half === 'client' ? cluster.startClient(place) : cluster.startServer(place))
    },
    async joins(place, ...probes) {
      tell({ kind: 'says', text: `a new client starts in ${place}` })
      await cluster.addClient(place, probes)
    },
  }

  function halvesIn(place: Place) {
    const found = cluster.halves.filter(each => each.place === place)
    if (found.length === 0) throw new Error(`no longhold runs in ${place}`)
    return found
  }
}

/** What a scenario waited for did not come: the run goes on to its proofs, which say more. */
export class NotSeen extends Error {
  override readonly name = 'NotSeen'
}

function milliseconds(duration: string): number {
  const ms = parseDuration(duration)
  if (ms === undefined) throw new Error(`"${duration}" is no duration`)
  return ms
}
