import type { Desired, Service } from '../kube-proxy/services.ts'
import { cniCommands } from '../kube-proxy/cni.ts'
import type { ClusterPlan, Memory } from '../scenario.ts'
import type { Look, Mode } from '../seen/incident.ts'
import { type Journals, journals } from '../seen/journals.ts'
import { startDns } from './dns.ts'
import { type Half, startHalf } from './halves.ts'
import { kubeProxy, type KubeProxy } from './kube-proxy.ts'
import { look } from './look.ts'
import { network } from './network.ts'
import { addressOf, dnsService, longholdService, type NodeName, nodes, type Place, podRange, pods } from './places.ts'
import { type Running, runOn } from './processes.ts'

/** A small cluster that runs, with longhold in it. Whatever holds it ends with the process (sandbox.ts). */
export interface Cluster {
  readonly mode: Mode
  readonly proxy: KubeProxy
  readonly halves: ReadonlyMap<Place, Half>
  readonly dns: ReadonlyMap<Place, Running>
  readonly journals: Journals
  /** A folder for whatever the run needs; it goes with the run. */
  readonly folder: string
  startServer(place: Place): Promise<void>
  startClient(): Promise<void>
  startDns(place: Place): Promise<void>
  /** Reads the kernels of nodes and pods, and the ledgers. */
  look(name: string): Promise<Look>
  stop(): Promise<void>
}

export interface Plan {
  readonly mode: Mode
  readonly cluster: ClusterPlan
  readonly probes: readonly object[]
  /** False leaves the nodes' memory as Linux has it. */
  readonly staged: boolean
  readonly folder: string
  readonly says: (text: string) => void
}

/** Builds it: network, rules, DNS servers, longhold servers; the client is started by `startClient`. */
export async function cluster({ mode, cluster: plan, probes, staged, folder, says }: Plan): Promise<Cluster> {
  const { servers = ['srv1', 'srv2'], spare = [], dns: dnsPods = [], places = [], client = 'client' } = plan
  const all = [...new Set<Place>([client, 'client', ...servers, ...spare, ...dnsPods, 'ext', ...places])]
  await network(all)
  says(`two nodes (${mode}), ${all.join(', ')}`)
  const endpoints = servers.filter(place => !(spare as readonly Place[]).includes(place) && place in pods)
  const proxy = await kubeProxy(mode, desired(mode, plan, endpoints, dnsPods))
  await Promise.all(nodeNames.map(node => masquerades(mode, node, all.includes('container'))))
  if (plan.memory && staged) {
    await remembers(mode, plan.memory)
    says(`the nodes' memory: ${memoryWords(plan.memory)}`)
  }
  const halves = new Map<Place, Half>()
  const dns = new Map<Place, Running>()
  const following = journals()

  async function startServer(place: Place): Promise<void> {
    await start(place, 'server', { server: { 'tcp-hold': {}, 'http-hold': {}, 'udp-echo': {}, ...plan.server } })
  }
  async function start(place: Place, half: 'client' | 'server', settings: object): Promise<void> {
    const started = await startHalf(place, half, folder, settings)
    following.follow(started.journal, place, half)
    halves.set(place, started)
  }
  const made: Cluster = {
    mode,
    proxy,
    halves,
    dns,
    journals: following,
    folder,
    startServer,
    startClient: () => start(client, 'client', { probes }),
    async startDns(place) {
      dns.set(place, await startDns(place, folder))
    },
    async look(name) {
      const at = Date.now()
      const kernels = await Promise.all([...nodeNames, ...all].map(async host => [host, await look(host)] as const))
      const ledgers = await Promise.all(
        [...halves]
          .filter(([, { half }]) => half === 'server')
          .map(async ([place, half]) => [place, await half.ledger().catch(() => [])] as const),
      )
      return { name, at, kernels: Object.fromEntries(kernels), ledgers: Object.fromEntries(ledgers) }
    },
    async stop() {
      await Promise.all([...halves.values()].filter(({ half }) => half === 'client').map(each => each.stop()))
      await Promise.all([...halves.values(), ...dns.values()].map(each => each.stop()))
    },
  }
  await Promise.all([...dnsPods.map(made.startDns), ...servers.map(startServer)])
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

/** What the network plugin of the cluster does, and Docker beside it. */
async function masquerades(mode: Mode, node: NodeName, bridge: boolean): Promise<void> {
  const { address, podRange: nodePodRange } = nodes[node]
  const wanted = { podEgress: true, bridge: bridge && node === 'nodea' }
  for (const { argv, stdin } of cniCommands(mode, wanted, { address, podRange, nodePodRange, bridge: 'cni0' }))
    await runOn(node, argv, stdin === undefined ? {} : { stdin })
}

async function remembers(mode: Mode, { tcp, udp, ipvsTcp, ipvsUdp }: Memory): Promise<void> {
  const prefix = 'net.netfilter.nf_conntrack_'
  const sysctls = [
    ...(tcp === undefined ? [] : [`${prefix}tcp_timeout_established=${tcp}`]),
    ...(udp === undefined ? [] : [`${prefix}udp_timeout=${udp}`, `${prefix}udp_timeout_stream=${udp}`]),
  ]
  for (const node of nodeNames) {
    if (sysctls.length > 0) await runOn(node, ['sysctl', '-qw', ...sysctls])
    if (mode === 'ipvs' && (ipvsTcp ?? ipvsUdp) !== undefined)
      await runOn(node, ['ipvsadm', '--set', String(ipvsTcp ?? 0), '0', String(ipvsUdp ?? 0)])
  }
}

function memoryWords({ tcp, udp, ipvsTcp, ipvsUdp }: Memory): string {
  const words = { 'conntrack TCP': tcp, 'conntrack UDP': udp, 'IPVS TCP': ipvsTcp, 'IPVS UDP': ipvsUdp }
  return Object.entries(words)
    .filter(([, seconds]) => seconds !== undefined)
    .map(([name, seconds]) => `${name} ${seconds} s`)
    .join(', ')
}
