import type { Desired, Service } from '../kube-proxy/services.ts'
import type { ClusterPlan } from '../scenario.ts'
import type { Look, Mode } from '../seen/incident.ts'
import { type Journals, journals } from '../seen/journals.ts'
import { agentOf, startAgent } from './agent.ts'
import { type Api, startApi } from './api.ts'
import { type Cni, cni } from './cni.ts'
import { startDns } from './dns.ts'
import { gateway } from './gateway.ts'
import { type Half, startHalf } from './halves.ts'
import { kubeProxy, type KubeProxy } from './kube-proxy.ts'
import { kubeProxyPorts, usualKubeProxy } from './kube-proxy-ports.ts'
import { look } from './look.ts'
import { memoryWords, remembers } from './memory.ts'
import { type Names, names } from './names.ts'
import { network } from './network.ts'
import { addressOf, dnsService, longholdService, type NodeName, nodeOf, nodes, type Place, pods } from './places.ts'
import type { Running } from './processes.ts'

/** A small cluster that runs, with longhold in it. Whatever holds it ends with the process (sandbox.ts). */
export interface Cluster {
  readonly mode: Mode
  readonly proxy: KubeProxy
  readonly cni: Cni
  /** Every longhold process; a place can have both halves. */
  readonly halves: readonly Half[]
  readonly dns: ReadonlyMap<Place, Running>
  readonly journals: Journals
  readonly names: Names
  /** Only where the plan has one. */
  readonly api: Api | undefined
  /** A folder for whatever the run needs; it goes with the run. */
  readonly folder: string
  startServer(place: Place): Promise<void>
  /** Starts the client in its place, or in all of them. */
  startClient(place?: Place): Promise<void>
  /** Starts one more client, with probes of its own. One that runs there is stopped first. */
  addClient(place: Place, probes: readonly object[]): Promise<void>
  startDns(place: Place): Promise<void>
  /** Reads the kernels of nodes and pods, and the ledgers. */
  look(name: string): Promise<Look>
}

export interface Plan {
  readonly mode: Mode
  readonly cluster: ClusterPlan
  readonly probes: readonly object[]
  /** The clients judge what they see, with an agent on their node. */
  readonly diagnosed: boolean
  /** False leaves the nodes' memory as Linux has it. */
  readonly staged: boolean
  readonly folder: string
  readonly says: (text: string) => void
}

/** Builds it: network, rules, DNS servers, longhold servers; clients are started by `startClient`. */
export async function cluster({
  mode,
  cluster: plan,
  probes,
  diagnosed,
  staged,
  folder,
  says,
}: Plan): Promise<Cluster> {
  const { servers = ['srv1', 'srv2'], spare = [], dns: dnsPods = [], places = [] } = plan
  const clients = [plan.client ?? 'client'].flat()
  const all = [...new Set<Place>([...clients, 'client', ...servers, ...spare, ...dnsPods, 'ext', ...places])]
  if (all.includes('far') && !all.includes('gateway')) all.push('gateway')
  await network(all)
  says(`two nodes (${mode}), ${all.join(', ')}`)
  const endpoints = (places: readonly Place[]) =>
    places.filter(place => !(spare as readonly Place[]).includes(place) && place in pods)
  const proxy = await kubeProxy(mode, desired(mode, plan, endpoints(servers), endpoints(dnsPods)))
  const agents = [...new Set(['nodea' as const, ...clients.flatMap(place => nodeOf(place) ?? [])])]
  if (diagnosed) for (const node of agents) kubeProxyPorts(node, mode, plan.kubeProxy ?? usualKubeProxy, folder)
  const hostNames = await names(folder)
  for (const [name, where] of Object.entries(plan.names ?? {})) hostNames.lead(name, where)
  const plugin = await cni(mode, all.includes('container'))
  if (all.includes('far')) await gateway(plan.gateway ?? 'drops')
  if (plan.memory && staged) {
    await remembers(mode, plan.memory)
    says(`memory: ${memoryWords(plan.memory)}`)
  }
  const api = plan.api && (await startApi(folder, dnsPods))
  const halves: Half[] = []
  const dns = new Map<Place, Running>()
  const following = journals()

  async function startServer(place: Place): Promise<void> {
    await start(place, 'server', { server: { 'tcp-hold': {}, 'http-hold': {}, 'udp-echo': {}, ...plan.server } })
  }
  async function start(place: Place, half: 'client' | 'server', settings: object): Promise<void> {
    const started = await startHalf(place, half, folder, settings)
    following.follow(started.journal, place, half)
    const before = halves.findIndex(each => each.place === place && each.half === half)
    halves.splice(before < 0 ? halves.length : before, 1, started)
  }
  /** Counters are read as often as silences here are shorter than in real clusters, and as an emulated node can. */
  const pace = mode === 'ipvs' ? { every: '5s', deadline: '8s' } : { every: '2s', deadline: '2s' }
  const evidenceOf = (place: Place) => {
    // Who calls from outside asks the node it comes in by.
    const node = place === 'ext' ? 'nodea' : agents.find(each => each === nodeOf(place))
    const kubernetes = api && { kubeconfig: api.kubeconfig }
    return diagnosed
      ? { ...pace, ...(node && { agent: { at: agentOf(node) } }), ...(kubernetes && { kubernetes }) }
      : 'off'
  }
  const made: Cluster = {
    mode,
    proxy,
    cni: plugin,
    halves,
    dns,
    journals: following,
    names: hostNames,
    api,
    folder,
    startServer,
    async startClient(only) {
      const chosen = clients.filter(place => only === undefined || place === only)
      await Promise.all(chosen.map(place => start(place, 'client', { probes, evidence: evidenceOf(place) })))
    },
    async addClient(place, own) {
      await halves.find(each => each.place === place && each.half === 'client')?.stop()
      await start(place, 'client', { probes: own, evidence: evidenceOf(place) })
    },
    async startDns(place) {
      dns.set(place, await startDns(place, folder))
    },
    async look(name) {
      const at = Date.now()
      const reading = halves
        .filter(({ half }) => half === 'server')
        .map(async server => [server.place, await server.ledger().catch(() => [])] as const)
      const kernels = await Promise.all([...nodeNames, ...all].map(async host => [host, await look(host)] as const))
      const ledgers = await Promise.all(reading) // asked first: they change by themselves
      return { name, at, kernels: Object.fromEntries(kernels), ledgers: Object.fromEntries(ledgers) }
    },
  }
  await Promise.all([
    ...dnsPods.map(made.startDns),
    ...servers.map(startServer),
    ...(diagnosed ? agents.map(node => startAgent(node, pace.deadline)) : []),
  ])
  return made
}

const nodeNames = Object.keys(nodes) as NodeName[] // the keys of `nodes`

function desired(mode: Mode, plan: ClusterPlan, servers: readonly Place[], dns: readonly Place[]): Desired {
  const services: Service[] = []
  if (servers.length > 0)
    services.push({ name: 'longhold', address: longholdService, ports: longholdPorts, endpoints: endpointsOf(servers) })
  if (dns.length > 0) services.push({ name: 'dns', address: dnsService, ports: dnsPorts, endpoints: endpointsOf(dns) })
  return {
    services,
    dropInvalid: plan.dropInvalid ?? mode === 'iptables', // kubernetes#122663: nftables mode installs none, IPVS mode neither
    masqueradeMarked: true,
    ...(plan.ipvsSysctls && { ipvsSysctls: plan.ipvsSysctls }),
  }
}

const endpointsOf = (places: readonly Place[]) => places.map(place => ({ address: addressOf(place) }))

const longholdPorts = [
  { name: 'tcp', protocol: 'tcp', port: 7000, targetPort: 7000 },
  { name: 'udp', protocol: 'udp', port: 7000, targetPort: 7000, nodePort: 30_700 },
  { name: 'http', protocol: 'tcp', port: 7001, targetPort: 7001 },
] as const
const dnsPorts = [
  { name: 'dns', protocol: 'udp', port: 53, targetPort: 53 },
  { name: 'dns-tcp', protocol: 'tcp', port: 53, targetPort: 53 },
] as const
