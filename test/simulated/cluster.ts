import type { Identity } from '../../src/outcome/identity.ts'
import type { Change } from '../../src/evidence/kubernetes/facts.ts'
import type { Chance } from './chance.ts'

/** `silent`: its node, or its network, is gone. `refusing`: the process is gone, and its kernel says so. */
export type PodState = 'up' | 'silent' | 'refusing'

export interface Pod {
  identity: Identity
  state: PodState
  restarts: number
  /** How its container ended the last time. */
  lastEnd?: { readonly at: number; readonly reason: string; readonly exitCode: number }
}

/** A Service, and the backends that the client's node has for it: a moment behind the pods. */
export interface Service {
  readonly name: string
  readonly address: string
  backends: readonly Pod[]
  /** The addresses that its headless name has, a moment later still. */
  named: readonly Pod[]
  /** New flows so far: IPVS deals them out in turn. */
  turn: number
}

/** Whom the client calls. */
export interface Cluster {
  readonly hold: Service
  readonly dns: Service
  /** Everything the API says has changed, oldest first. */
  readonly changes: Change[]
  /** Nodes of which the API has not heard for long. */
  readonly deadNodes: Set<string>
  /** Starts a pod that is no endpoint yet. */
  starts(node: string): Pod
  /** The same pod, a new process: containers restart where they were. */
  restarts(pod: Pod): void
}

export function cluster(chance: Chance, servers: number): Cluster {
  let started = 0
  const instance = () =>
    Array.from({ length: 4 }, () =>
      Math.floor(chance.unit() * 65_536)
        .toString(16)
        .padStart(4, '0'),
    ).join('')
  const made = (name: string, node: string, ip: string): Pod => ({
    identity: { pod: name, node, ip, instance: instance() },
    state: 'up',
    restarts: 0,
  })
  const starts = (node: string): Pod => {
    started += 1
    return made(`longhold-server-${started}`, node, `10.244.${node.slice(-1)}.${10 + (started % 200)}`)
  }
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- to be moved with the first story
  const service = (name: string, address: string, pods: readonly Pod[]): Service => ({
    name,
    address,
    backends: pods,
    named: pods,
    turn: 0,
  })
  const names = [made('coredns-1', 'node-2', '10.244.2.2'), made('coredns-2', 'node-3', '10.244.3.2')]
  const holders = Array.from({ length: servers }, (_, i) => starts(`node-${i + 2}`))
  return {
    hold: service('longhold/longhold-server', '10.96.22.22', holders),
    dns: service('kube-system/kube-dns', '10.96.0.10', names),
    changes: [],
    deadNodes: new Set(),
    starts,
    restarts(pod) {
      pod.identity = { ...pod.identity, instance: instance() }
      pod.state = 'up'
      pod.restarts += 1
    },
  }
}
