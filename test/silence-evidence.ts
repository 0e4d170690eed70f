import type { Case } from '../src/diagnosis/case.ts'
import type { LedgerFact } from '../src/evidence/ledger/facts.ts'
import type { Evidence, Reading } from '../src/outcome/evidence.ts'
import type { Ended, Observation } from '../src/outcome/observation.ts'
import { caseFrom } from './cases.ts'
import { examined, storyBegins } from './stories.ts'

/** What else is known at the end of a story. */
export interface Said {
  /** What its server says of each connection that died; without it no ledger was asked. */
  readonly ledger?: (death: Ended & { readonly at: number }) => Partial<LedgerFact>
  /** What the node says, by source; without it the node has no agent. */
  readonly node?: Readonly<Record<string, unknown>>
  /** Counters of before, and by how much they rose: our own, and conntrack’s on the node. */
  readonly rose?: { readonly outRsts?: number; readonly invalid?: number }
}

export const two = ['10.244.2.11:7000', '10.244.2.12:7000']

/** A node that does Services by rules, and remembers a silent connection for so many seconds. */
export const byRules = (remembersS: number, more: Readonly<Record<string, unknown>> = {}, backends = two) => ({
  sysctl: { [established]: remembersS, 'net.netfilter.nf_conntrack_tcp_loose': 1 },
  'nat-rules': rulesOf([{ proto: 'tcp', address: '10.96.22.22', port: 7000, backends, refuses: true }]),
  ipvs: absent('no IPVS in this kernel or namespace'),
  ...more,
})

/** A node that does them by IPVS. */
export const byIpvs = (timeoutS: number | undefined, backends = two) => ({
  sysctl: { [established]: 86_400, 'net.ipv4.vs.expire_nodest_conn': 1 },
  'nat-rules': rulesOf([]),
  ipvs: {
    services: [virtual(backends)],
    connections: [],
    ...(timeoutS !== undefined && { timeouts: { tcp: timeoutS, tcpfin: 120, udp: 300 } }),
  },
})

const established = 'net.netfilter.nf_conntrack_tcp_timeout_established'

const virtual = (backends: readonly string[]) => ({
  proto: 'tcp',
  address: '10.96.22.22',
  port: 7000,
  scheduler: 'rr',
  flags: [],
  destinations: backends.map(each => {
    const [address, port] = each.split(':')
    return { address, port: Number(port), forward: 'Masq', weight: 1, active: 1, inactive: 0 }
  }),
})

export const rulesOf = (services: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) => ({
  through: 'iptables-save',
  serviceRules: true,
  services,
  masquerades: [],
  masqueradesMarked: true,
  randomFully: true,
  invalidDrop: true,
  ...more,
})

const why = Symbol('absent')
export const absent = (reason: string) => ({ [why]: reason })

/** The story in order of time, with readings before it and after its end. */
export function story(said: Said, ...cohorts: readonly (readonly Observation[])[]): Observation[] {
  const all = cohorts.flat().toSorted((a, b) => a.at - b.at)
  const last = ((all.at(-1)?.at ?? storyBegins) - storyBegins) / 1000 + 0.7
  const before = { outRsts: 0, ...(said.node && { invalid: 0 }) }
  return [examined(-1, counters(-1, before)), ...all, examined(last, evidence(said, all, last))]
}

/** The same, as a case. */
export const caseWith = (said: Said, ...cohorts: readonly (readonly Observation[])[]): Case =>
  caseFrom(story(said, ...cohorts))

function evidence({ ledger, node, rose }: Said, all: readonly Observation[], s: number): Evidence {
  const deaths = all.filter(each => each.type === 'ended').filter(({ planned }) => !planned)
  const accounts = ledger && deaths.slice(-16).map(each => account(each, ledger(each)))
  const counted = counters(s, rose ?? {})
  return {
    ...counted,
    ...(accounts && { servers: { ledger: reading(s, accounts) } }),
    ...(node && {
      node: {
        ...counted.node,
        ...Object.fromEntries(Object.entries(node).map(([name, value]) => [name, reading(s, value)])),
      },
    }),
  }
}

function counters(s: number, { outRsts, invalid }: NonNullable<Said['rose']>): Evidence {
  return {
    ...(outRsts !== undefined && { own: { netstat: reading(s, { 'Tcp.OutRsts': 47 + outRsts }) } }),
    ...(invalid !== undefined && {
      node: { conntrack: reading(s, { count: 1, max: 262_144, counters: { invalid: 3 + invalid } }) },
    }),
  }
}

function reading(s: number, value: unknown): Reading {
  const at = storyBegins + s * 1000
  const reason = typeof value === 'object' && value !== null && why in value ? value[why] : undefined
  return typeof reason === 'string' ? { at, absent: reason } : { at, value }
}

const account = ({ id, peer, at }: Ended & { at: number }, more: Partial<LedgerFact>): LedgerFact => ({
  id: id ?? '',
  instance: peer?.instance ?? '',
  ...(peer && { answeredBy: peer.instance }),
  state: 'open',
  lastAt: at - 900_000,
  exchanges: 1,
  ...more,
})
