import type { Entry } from '../src/evidence/conntrack-entries/facts.ts'
import type { Ipvs } from '../src/evidence/ipvs/facts.ts'
import type { KubeProxy } from '../src/evidence/kube-proxy/facts.ts'
import type { KubernetesFacts } from '../src/evidence/kubernetes/facts.ts'
import type { NatRules } from '../src/evidence/nat-rules/facts.ts'
import type { Evidence } from '../src/outcome/evidence.ts'
import type { Asked, Observation, Strayed } from '../src/outcome/observation.ts'
import { asked, examined, storyBegins } from './stories.ts'

/** What UDP probes met: observations of whole series, and evidence about their flows. Times are seconds of the story. */
export const dnsAt = '10.96.0.10:53'
export const echoAt = '10.96.22.22:7000'
export const me = '10.244.1.10'
export const [oldDns, newDns] = ['10.244.2.53', '10.244.2.54']

export interface Series {
  readonly kind?: 'dns' | 'udp-echo'
  readonly probe?: string
  readonly mode?: 'fresh' | 'pinned' | 'pair' | 'resolver'
  readonly server?: string
  /** Whom it asks, and from which port when it is pinned. */
  readonly called?: string
  readonly port?: number
  /** When the first question is sent, and before when the last; from one to the next; how long one is waited for. */
  readonly from?: number
  readonly to?: number
  readonly every?: number
  readonly timeout?: number
  /** How the question sent then fares. */
  readonly fares?: (s: number, i: number) => Fares
}
/** `ok` says who answered, where that is known. */
export type Fares = Partial<Pick<Asked, 'fate' | 'code' | 'rcode' | 'by' | 'tookUs' | 'question'>>

export const lost: Fares = { fate: 'timeout', code: 'DEADLINE' }
export const refused: Fares = { fate: 'refused', code: 'ECONNREFUSED recvmsg', tookUs: 200 }

/** All questions of one series. */
export function series(of: Series): Observation[] {
  const { from = 0, to = 30, every = 0.25, fares = () => ({}) } = of
  return Array.from({ length: Math.ceil((to - from) / every) }, (_, i) => {
    const s = from + i * every
    return question(of, s, i, fares(s, i))
  })
}

function question(of: Series, s: number, i: number, fares: Fares): Observation {
  const { kind = 'dns', probe = 'dns', mode = 'fresh', server = '1', timeout = 1, port = 40_053 } = of
  const remote = of.called ?? (kind === 'dns' ? dnsAt : echoAt)
  const patience = fares.fate && fares.fate !== 'ok' && fares.fate !== 'refused'
  const tookUs = fares.tookUs ?? (patience ? timeout * 1e6 : 500)
  const local = `${me}:${mode === 'pinned' ? port : 50_000 + (i % 10_000)}`
  const hasFlow = mode === 'pinned' || (fares.fate ?? 'ok') !== 'ok'
  return asked(s + tookUs / 1e6, {
    kind,
    probe,
    mode,
    server,
    ...fares,
    tookUs,
    ...(hasFlow && { flow: { proto: 'udp', local, remote } }),
  })
}

/** A datagram that ended no question. */
export const strayed = (s: number, of: Series, what: Strayed['what'], more: Partial<Strayed> = {}): Observation => {
  const { kind = 'dns', probe = 'dns', mode = 'fresh', server = '1' } = of
  const told = { type: 'strayed', side: 'client', kind, probe, mode, server, what, ...more } as const
  return { ...told, at: storyBegins + s * 1000, steady: s * 1000 }
}

/** What a look at the node, and at others, brought. */
export interface Looked {
  /** Where conntrack leads ports of ours: `40053` to `10.244.2.53`; to the called address itself: nothing is translated. */
  readonly led?: readonly {
    readonly port: number
    readonly called?: string
    readonly to: string
    readonly expiresS?: number
  }[]
  /** Who serves an address by the rules; without servers no rule names it. */
  readonly rules?: Readonly<Record<string, readonly string[]>>
  readonly natRules?: Partial<NatRules>
  readonly ipvs?: Partial<Ipvs>
  readonly kubeProxy?: Partial<KubeProxy>
  readonly cluster?: Partial<KubernetesFacts>
  readonly sysctl?: Readonly<Record<string, number>>
  readonly counters?: Readonly<Record<string, number>>
  /** Our own namespace: without anything said the kernel has no IPVS. */
  readonly own?: Readonly<Record<string, number>>
  readonly ownNetstat?: Readonly<Record<string, number>>
}

export function looked(s: number, said: Looked = {}): Observation {
  const at = storyBegins + s * 1000
  const read = (value: unknown) => ({ at, value })
  const { led, rules, natRules, ipvs, kubeProxy, cluster, sysctl, counters, own, ownNetstat } = said
  const node = {
    ...(led && { 'conntrack-entries': read(led.map(entryOf)) }),
    ...((rules ?? natRules) && { 'nat-rules': read({ ...rulesOf(rules ?? {}), ...natRules }) }),
    ...(ipvs
      ? { ipvs: read({ services: [], connections: [], ...ipvs }) }
      : (rules ?? led) && { ipvs: { at, absent: 'no IPVS in this kernel or namespace' } }),
    ...(kubeProxy && { 'kube-proxy': read({ reachable: true, ...kubeProxy }) }),
    ...(sysctl && { sysctl: read(sysctl) }),
    ...(counters && { conntrack: read({ count: 1, max: 262_144, counters }) }),
  }
  const evidence: Evidence = {
    own: { sysctl: read(own ?? { 'net.ipv4.ip_forward': 0 }), ...(ownNetstat && { netstat: read(ownNetstat) }) },
    ...(Object.keys(node).length > 0 && { node }),
    ...(cluster && {
      cluster: { kubernetes: read({ services: [], pods: [], nodes: [], changes: [], missing: [], ...cluster }) },
    }),
  }
  return examined(s, evidence)
}

/** Order of time, as a process tells it. */
export const inOrder = (...parts: readonly (readonly Observation[])[]): Observation[] =>
  parts.flat().toSorted((a, b) => a.at - b.at)

function entryOf({ port, called = dnsAt, to, expiresS = 119 }: NonNullable<Looked['led']>[number]) {
  const [dst = '', dport = ''] = called.split(':')
  const entry: Entry = {
    proto: 'udp',
    expiresS,
    original: { src: me, dst, sport: port, dport: Number(dport) },
    reply: { src: to, dst: me, sport: Number(dport), dport: port },
    unreplied: to === dst,
    assured: to !== dst,
  }
  return { flow: `udp ${me}:${port} ${called}`, entry }
}

const rulesOf = (rules: Readonly<Record<string, readonly string[]>>): NatRules => ({
  through: 'iptables-save',
  serviceRules: true,
  services: Object.entries(rules).flatMap(([called, servers]) => {
    const [address = '', port = ''] = called.split(':')
    const backends = servers.map(server => (server.includes(':') ? server : `${server}:${port}`))
    return servers.length === 0
      ? []
      : [{ proto: 'udp' as const, address, port: Number(port), backends, refuses: false }]
  }),
  masquerades: [],
})
