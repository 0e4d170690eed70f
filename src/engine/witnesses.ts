import { agentDeadlineMs, agentReadings } from '../agent/asking.ts'
import type { Clock } from '../clock.ts'
import type { EvidenceConfig } from '../config/evidence.ts'
import { begun } from '../evidence/begun.ts'
import { followWith } from '../evidence/follow.ts'
import { sources } from '../evidence/index.ts'
import { kubernetesSource } from '../evidence/kubernetes/source.ts'
import { type Asked, ledgerSource } from '../evidence/ledger/source.ts'
import { type Statement, statementOf } from '../evidence/ledger/statement.ts'
import { machineAt } from '../evidence/machine.ts'
import { readSources } from '../evidence/read.ts'
import type { Source } from '../evidence/source.ts'
import type { Certificates } from '../secrets/certificates.ts'
import type { Mounted } from '../secrets/mounted.ts'
import { peerOf } from '../secrets/peer.ts'
import type { Log } from '../log.ts'
import type { Readings, Scope } from '../outcome/evidence.ts'
import type { Address } from '../settings/address.ts'
import type { Witnesses } from './investigate.ts'

export interface WitnessJob {
  readonly config: Exclude<EvidenceConfig, 'off'>
  /** Who we are and where our own web is, where this process is a server, too. */
  /** What the servers' web wants, where it wants one. */
  readonly tokenFile?: string | undefined
  /** With what servers and agent are asked over TLS; how they are called says the configuration. */
  readonly tls?: Mounted<Certificates> | undefined
  readonly own?: { readonly instance: string; readonly at: Address }
  /** Says where the cluster's API is, in a pod. */
  readonly env: Environment
  readonly clock: Clock
  readonly log: Log
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Whom also people ask. */
export interface Asking extends Witnesses {
  /** What the server of a connection says of it. Never rejects. */
  statement(asked: Asked): Promise<Statement>
}

/** Everyone a configuration lets us ask: our own kernel, the agent of the node, the servers' ledgers, the Kubernetes API. */
export function witnesses({ config, own, tokenFile, tls, env, clock, log }: WitnessJob): Asking {
  const machine = machineAt('/', clock)
  const world = { clock, machineUntil: machine }
  const ofMachine = sources.filter(each => each.of === 'machine')
  const { agent, deadline: deadlineMs } = config
  const [server, nodesAgent] = [config.tls?.servers, config.tls?.agent].map(name => peerOf(name ?? 'off', tls))
  const servers = {
    port: config.ledgerPort,
    deadlineMs,
    ...(own && { own }),
    ...(tokenFile && { tokenFile }),
    ...(server && { tls: server }),
  }
  const ledgers = ledgerSource(servers)
  const listening = { clock, log, machine, follow: followWith(clock) }
  const node = agent === 'own' ? begun(ofMachine, listening) : undefined
  const cluster = begun(clusterOf(config, env), listening)

  return {
    async ask(about, thorough) {
      const wanted = ({ costly, about: what }: Source) =>
        (thorough || !costly) && (what === 'machine' || about.flows.length + about.accounts.length > 0)
      const own = ofMachine.filter(source => source.about === 'machine' && !source.costly)
      const scopes: readonly (readonly [Scope, Promise<Readings>])[] = [
        ['own', readSources(own, about, world, deadlineMs)],
        ...(about.accounts.length > 0 ? [['servers', readSources([ledgers], about, world, deadlineMs)] as const] : []),
        ...(cluster.sources.length > 0
          ? [['cluster', readSources(cluster.sources.filter(wanted), about, world, deadlineMs)] as const]
          : []),
        ...(typeof agent === 'object'
          ? [
              [
                'node',
                agentReadings({ ...agent, tls: nodesAgent }, about, {
                  clock,
                  costly: thorough,
                  deadlineMs: agentDeadlineMs(deadlineMs),
                }),
              ] as const,
            ]
          : []),
        ...(node ? [['node', readSources(node.sources.filter(wanted), about, world, deadlineMs)] as const] : []),
      ]
      const read = await Promise.all(scopes.map(async ([scope, readings]) => [scope, await readings] as const))
      return Object.fromEntries(read)
    },
    statement: asked => statementOf(asked, servers, clock),
    async close() {
      node?.close()
      cluster.close()
    },
  }
}

/** `auto` is the cluster a pod is in, and never one that a file on somebody's machine happens to name. */
function clusterOf({ kubernetes }: WitnessJob['config'], env: Environment): Source[] {
  if (kubernetes === 'off' || (kubernetes === 'auto' && !env['KUBERNETES_SERVICE_HOST'])) return []
  return [kubernetesSource({ env, ...(kubernetes !== 'auto' && { kubeconfig: kubernetes.kubeconfig }) })]
}
