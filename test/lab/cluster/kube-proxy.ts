import { cleanUpCommands } from '../kube-proxy/clean-up.ts'
import { deletes } from './deletes.ts'
import { proxies } from '../kube-proxy/proxies.ts'
import type { Command, Desired, Endpoint, Service } from '../kube-proxy/services.ts'
import type { Mode } from '../seen/incident.ts'
import { type NodeName, nodes, podRange } from './places.ts'
import { runOn } from './processes.ts'

/** kube-proxy on both nodes, as far as anybody outside sees it: its rules, and what it does to conntrack. */
export interface KubeProxy {
  readonly desired: Desired
  /** Changes what is wanted and syncs both nodes, or one. The conntrack clean-up that belongs to it is left undone. */
  wants(change: Partial<Desired>, node?: NodeName): Promise<void>
  /** Gives a Service other endpoints. */
  endpoints(service: string, ...endpoints: readonly (string | Endpoint)[]): Promise<void>
  add(service: Service): Promise<void>
  remove(service: string): Promise<void>
  /**
   * Deletes the conntrack entries that the changes since the last clean-up left behind; resolves to the commands it ran,
   * and how many entries they deleted on each node.
   * Rejects, in kube-proxy's words, when there is no `conntrack` in `path`: then they are still to be deleted.
   */
  cleansUp(path?: string): Promise<readonly string[]>
  /** Somebody flushes a node's rules. */
  losesRules(node: NodeName): Promise<void>
}

export async function kubeProxy(mode: Mode, first: Desired): Promise<KubeProxy> {
  const proxy = proxies[mode]
  const places = Object.entries(nodes).map(([name, { address, podRange: nodePodRange }]) => ({
    name: name as NodeName, // the keys of `nodes`
    facts: { address, podRange, nodePodRange, bridge: 'cni0' },
  }))
  let desired = first
  let cleaned = first

  async function sync(next: Desired, only?: NodeName): Promise<void> {
    const before = desired
    desired = next
    const chosen = places.filter(({ name }) => only === undefined || name === only)
    await Promise.all(chosen.map(({ name, facts }) => run(name, proxy.sync(next, facts, before))))
  }
  const service = (name: string, change: (each: Service) => Service) =>
    sync({ ...desired, services: desired.services.map(each => (each.name === name ? change(each) : each)) })

  await Promise.all(places.map(({ name, facts }) => run(name, proxy.setUp(facts, first))))
  await Promise.all(places.map(({ name, facts }) => run(name, proxy.sync(first, facts))))
  return {
    get desired() {
      return desired
    },
    wants: (change, node) => sync({ ...desired, ...change }, node),
    endpoints: (name, ...endpoints) =>
      service(name, each => ({
        ...each,
        endpoints: endpoints.map(endpoint => (typeof endpoint === 'string' ? { address: endpoint } : endpoint)),
      })),
    add: each => sync({ ...desired, services: [...desired.services, each] }),
    remove: name => sync({ ...desired, services: desired.services.filter(each => each.name !== name) }),
    async cleansUp(path) {
      const now = desired
      const commands = cleanUpCommands(cleaned, now)
      const counts = await Promise.all(places.map(({ name }) => deletes(name, commands, path)))
      cleaned = now
      return commands.map(({ argv }, index) => {
        const deleted = places.map(({ name }, node) => `${counts[node]?.[index]} on ${name}`)
        return `${argv.join(' ')}: ${deleted.join(', ')}`
      })
    },
    async losesRules(node) {
      const place = places.find(({ name }) => name === node)
      if (place) await run(node, proxy.flush(place.facts))
    },
  }
}

async function run(node: NodeName, commands: readonly Command[]): Promise<void> {
  for (const { argv, stdin, allow } of commands)
    await runOn(node, argv, { ...(stdin !== undefined && { stdin }), ...(allow && { allow }) })
}
