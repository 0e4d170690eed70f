import { changed } from './cluster-readings.ts'
import type { Pod } from './cluster.ts'
import { leadsTo, starts } from './changes.ts'
import type { Simulation } from './simulation.ts'

/** What nobody planned. */

/** From a death to the rules of the client's node: a failed readiness probe, its endpoint, kube-proxy, ms. */
const noticedMs = 4000
/** The kubelet starts a container again, ms. */
const restartMs = 12_000
/** A node that is silent is called NotReady, and its endpoints go, ms (node-monitor-grace-period). */
const graceMs = 40_000

/** Its readiness probe fails, and the Service leads to the others. */
function isNoticed(sim: Simulation, pod: Pod): void {
  const { time, stage, cluster } = sim
  time.after(noticedMs, () => {
    changed(stage, 'endpoint-unready', pod)
    leadsTo(
      sim,
      cluster.hold,
      cluster.hold.backends.filter(each => each !== pod),
    )
  })
}

/** A container is killed; its kernel closes what it had with FIN, or where data was unread with RST. It comes back. */
export function killed(sim: Simulation, pod: Pod, how: 'fin' | 'rst'): void {
  const { time, stage, cluster, cohorts } = sim
  pod.state = 'refusing'
  pod.lastEnd = { at: Math.round(time.wall()), reason: 'OOMKilled', exitCode: 137 }
  for (const cohort of cohorts.values()) cohort.dies(pod, how)
  isNoticed(sim, pod)
  time.after(restartMs, () => {
    cluster.restarts(pod)
    changed(stage, 'pod-restarted', pod)
  })
  time.after(restartMs + 5000, () => {
    changed(stage, 'endpoint-ready', pod)
    leadsTo(sim, cluster.hold, [...cluster.hold.backends, pod])
  })
}

/** A pod is gone at once with its network, and says nothing: another is started once somebody notices. */
export function vanishes(sim: Simulation, pod: Pod): void {
  const { time, stage } = sim
  pod.state = 'silent'
  isNoticed(sim, pod)
  time.after(restartMs, () => {
    changed(stage, 'pod-gone', pod)
    starts(sim, pod.identity.node)
  })
}

/** A node dies with all that is on it. */
export function nodeDies(sim: Simulation, name: string): void {
  const { time, stage, cluster } = sim
  const isThere = ({ identity }: Pod) => identity.node === name
  const pods = [...cluster.hold.backends, ...cluster.dns.backends].filter(isThere)
  for (const pod of pods) pod.state = 'silent'
  time.after(graceMs, () => {
    cluster.deadNodes.add(name)
    cluster.changes.push({ at: Math.round(time.wall()), what: 'node-unready', who: name, node: name })
    for (const pod of pods) changed(stage, 'endpoint-unready', pod)
    for (const service of [cluster.hold, cluster.dns])
      leadsTo(
        sim,
        service,
        service.backends.filter(each => !isThere(each)),
      )
  })
}
