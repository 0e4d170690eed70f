import type { Pod, Service } from './cluster.ts'
import { changed } from './cluster-readings.ts'
import type { Simulation } from './simulation.ts'

/** What people and controllers do to servers on purpose. */

/** From the API's word to the rules of the client's node, ms. */
const syncMs = 700
/** A pod that is told to stop answers nobody new any more, and what it holds is told within so long, ms. */
const drainMs = 400

/** The rules of the node follow at once, the name when CoreDNS and our own memory of it do. */
export function leadsTo({ time, stage }: Simulation, service: Service, pods: readonly Pod[]): void {
  service.backends = pods
  time.after(stage.chance.between(1000, 8000), () => (service.named = service.backends))
}

/** A pod ends as Kubernetes ends it: the API says so, the node follows, and the server says goodbye meanwhile. */
export function stops(sim: Simulation, pod: Pod): void {
  const { time, stage, cluster, cohorts } = sim
  changed(stage, 'endpoint-terminating', pod)
  changed(stage, 'pod-terminating', pod)
  time.after(stage.chance.between(0.3, 1.5) * drainMs, () => {
    pod.state = 'refusing'
    for (const cohort of cohorts.values()) cohort.farewell(pod)
  })
  time.after(syncMs * stage.chance.between(0.3, 2), () => {
    changed(stage, 'endpoint-removed', pod)
    leadsTo(sim, cluster.hold, without(cluster.hold, pod))
  })
  time.after(10_000, () => {
    pod.state = 'silent' // its address is nobody's
    changed(stage, 'pod-gone', pod)
  })
}

/** A new pod becomes an endpoint once it is ready. */
export function starts(sim: Simulation, node: string): Pod {
  const { time, stage, cluster } = sim
  const pod = cluster.starts(node)
  time.after(stage.chance.between(2000, 6000), () => {
    changed(stage, 'endpoint-added', pod)
    leadsTo(sim, cluster.hold, [...cluster.hold.backends, pod])
  })
  return pod
}

/** One after the other is replaced: a new pod first, then an old one goes. */
export function rollsOut(sim: Simulation): void {
  const old = [...sim.cluster.hold.backends]
  for (const [i, pod] of old.entries()) {
    sim.time.after(i * 15_000, () => {
      starts(sim, pod.identity.node)
      sim.time.after(8000, () => stops(sim, pod))
    })
  }
}

/** All at once go, and come back later. */
export function scalesToZero(sim: Simulation, forMs: number): void {
  const old = [...sim.cluster.hold.backends]
  for (const pod of old) stops(sim, pod)
  sim.time.after(forMs, () => old.forEach(({ identity }) => starts(sim, identity.node)))
}

/** CoreDNS answers on for so long after it was told to stop, ms (lameduck). */
const lameduckMs = 5000

/** A node is emptied: its pods leave as they should, and others take their places on another node. */
export function drains(sim: Simulation, node: string, to: string): void {
  const { time, cluster } = sim
  const isThere = ({ identity }: Pod) => identity.node === node
  for (const pod of cluster.hold.backends.filter(isThere)) {
    starts(sim, to)
    stops(sim, pod)
  }
  for (const pod of cluster.dns.backends.filter(isThere)) {
    const heir = cluster.starts(to)
    time.after(syncMs, () => leadsTo(sim, cluster.dns, without(cluster.dns, pod)))
    time.after(lameduckMs, () => (pod.state = 'silent'))
    time.after(2 * lameduckMs, () => leadsTo(sim, cluster.dns, [...cluster.dns.backends, heir]))
  }
}

const without = ({ backends }: Service, pod: Pod): readonly Pod[] => backends.filter(each => each !== pod)
