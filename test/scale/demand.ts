import type { Config, ProbeConfig } from '../../src/config/schema.ts'
import type { Path } from '../../src/outcome/observation.ts'
import type { Dns } from '../../src/probes/dns/settings.ts'
import type { Cohort } from '../../src/probes/tcp-hold/settings.ts'
import type { Echo } from '../../src/probes/udp-echo/settings.ts'
import type { Idle } from '../../src/settings/fields.ts'

/** A cohort as far as its load goes. */
export interface HeldDemand {
  readonly kind: string
  readonly name: string
  readonly path: Path
  readonly connections: number
  readonly idle: Idle
  /** The first connects of a client come evenly in this time, ms. */
  readonly spreadMs: number
  readonly exchangesPerS: number
  readonly keepalivesPerS: number
}

/** What one client asks of its servers, of the cluster's DNS and of its node, by its configuration. Rates are means. */
export interface Demand {
  readonly held: readonly HeldDemand[]
  readonly connections: number
  readonly exchangesPerS: number
  /** Keepalive probes of the kernel; each is answered by one ACK. */
  readonly keepalivesPerS: number
  /** Echoes of longhold's own servers. */
  readonly echo: Datagrams
  /** Questions to the cluster's DNS; all that an application's lookup asks, with every search domain, among them. */
  readonly dns: Datagrams
}

export interface Datagrams {
  /** Questions a second. */
  readonly perS: number
  /** New source ports a second: each is an entry in conntrack for as long as the kernel keeps it. */
  readonly freshPortsPerS: number
  /** Source ports kept for good. */
  readonly pinnedPorts: number
}

/** What of a pod's /etc/resolv.conf changes how often is asked. */
export interface ResolvConf {
  readonly servers: number
  readonly search: readonly string[]
  readonly ndots: number
}

/** As the kubelet writes it (dnsPolicy ClusterFirst). A node with search domains of its own adds them. */
export const podResolvConf: ResolvConf = {
  servers: 1,
  search: ['longhold.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  ndots: 5,
}

export function demandOf({ probes }: Config, resolvConf = podResolvConf): Demand {
  const held = probes.filter(isHeld).map(heldDemand)
  // The loader has parsed each probe with the schema of its kind: what it says of itself is what it is.
  const echo = probes.filter(({ kind }) => kind === 'udp-echo').map(each => echoes(each as unknown as Echo))
  const dns = probes.filter(({ kind }) => kind === 'dns').map(each => questions(each as unknown as Dns, resolvConf))
  return {
    held,
    connections: sum(held.map(({ connections }) => connections)),
    exchangesPerS: sum(held.map(({ exchangesPerS }) => exchangesPerS)),
    keepalivesPerS: sum(held.map(({ keepalivesPerS }) => keepalivesPerS)),
    echo: together(echo),
    dns: together(dns),
  }
}

const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0)

const isHeld = ({ kind }: ProbeConfig): boolean => kind.endsWith('-hold')

const together = (all: readonly Datagrams[]): Datagrams =>
  all.reduce(
    (sum, each) => ({
      perS: sum.perS + each.perS,
      freshPortsPerS: sum.freshPortsPerS + each.freshPortsPerS,
      pinnedPorts: sum.pinnedPorts + each.pinnedPorts,
    }),
    { perS: 0, freshPortsPerS: 0, pinnedPorts: 0 },
  )

function heldDemand(probe: ProbeConfig): HeldDemand {
  const { name, path, connections, idle, spread, keepalive } = probe as unknown as Cohort
  const silences = Array.from({ length: connections }, (_, index) => meanSilenceMs(idle, index))
  const perS = (count: (silenceMs: number) => number) =>
    silences.reduce((all, silenceMs) => all + (1000 * count(silenceMs)) / silenceMs, 0)
  return {
    kind: probe.kind,
    name,
    path,
    connections,
    idle,
    spreadMs: spread,
    exchangesPerS: perS(() => 1),
    keepalivesPerS: keepalive === 'off' ? 0 : perS(silenceMs => probesIn(silenceMs, keepalive.idle)),
  }
}

/** The draws of a range are used in turn, so that their mean is what counts. */
function meanSilenceMs(idle: Idle, index: number): number {
  if (idle.kind === 'fixed') return idle.ms
  return idle.kind === 'range' ? (idle.minMs + idle.maxMs) / 2 : (idle.ms[index % idle.ms.length] ?? NaN)
}

/** Answered probes begin the wait anew (tcp_keepalive_timer): one each `idleMs`, and none when the silence is broken in the same moment. */
const probesIn = (silenceMs: number, idleMs: number): number => Math.max(0, Math.ceil(silenceMs / idleMs) - 1)

function echoes({ to, ports, every }: Echo): Datagrams {
  const perS = (1000 / every) * to.length
  return {
    perS: perS * ports.length,
    freshPortsPerS: ports.includes('fresh') ? perS : 0,
    pinnedPorts: pinned(to, ports),
  }
}

function questions(dns: Dns, { servers: known, search, ndots }: ResolvConf): Datagrams {
  const { ports, types, every, names, resolver } = dns
  const servers = dns.servers ?? Array.from({ length: known })
  const perS = (1000 / every) * servers.length
  const each = { fresh: types.length, pinned: types.length, pair: 2 }
  const asked = ports.reduce((all, mode) => all + each[mode], 0)
  const newPorts = (ports.includes('fresh') ? types.length : 0) + (ports.includes('pair') ? 1 : 0)
  const lookups = resolver ? 1000 / every : 0
  const spelled = names.map(name => spellings(name, resolver?.search ?? search, resolver?.ndots ?? ndots))
  const asks = (lookups * spelled.reduce((all, one) => all + one, 0)) / names.length
  return {
    perS: perS * asked + asks * 2, // A and AAAA, from one port
    freshPortsPerS: perS * newPorts + asks,
    pinnedPorts: pinned(servers, ports),
  }
}

const pinned = (servers: readonly unknown[], ports: readonly string[]): number =>
  ports.includes('pinned') ? servers.length : 0

/** How many names are asked for one, where only the last is there: fully qualified ones too, below `ndots` dots. */
const spellings = (name: string, search: readonly string[], ndots: number): number =>
  name.endsWith('.') || name.split('.').length - 1 >= ndots ? 1 : search.length + 1
