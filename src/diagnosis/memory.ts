import { ipvs } from '../evidence/ipvs/facts.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import type { Scene } from './scene.ts'
import { asLong } from './signs.ts'
import type { Translator } from './translator.ts'

/** For how long the node remembers a silent TCP connection. */
export interface Memory {
  readonly ms: number
  readonly line: EvidenceLine
}

const established = 'net.netfilter.nf_conntrack_tcp_timeout_established'

export function conntrackMemory(of: Case): Memory | undefined {
  const [read, seconds] = numberOf(of, established)
  if (!read) return undefined
  return { ms: seconds * 1000, line: { source: 'node sysctl', at: read.at, says: `${established} = ${seconds}` } }
}

/** Only where `ipvsadm` is there to tell. */
export function ipvsMemory(of: Case): Memory | undefined {
  const read = of.facts.all(ipvs, 'node').findLast(({ value }) => value.timeouts)
  const seconds = read?.value.timeouts?.tcp
  if (!read || seconds === undefined) return undefined
  return { ms: seconds * 1000, line: { source: 'node ipvs', at: read.at, says: `timeout of TCP = ${seconds} s` } }
}

/** A timer is refreshed by the last packet of either side, and that may be later than any we know of, ms. */
const refreshedLateMs = 1000

/** How many silences clearly beyond it were fatal, and how many were not: who is silent just as long may meet either. */
export function clearlyBeyond(scene: Scene, { ms }: Memory): { readonly died: number; readonly survived: number } {
  const isBeyond = ({ quietMs }: { readonly quietMs: number }) => quietMs >= ms + refreshedLateMs
  return { died: scene.losses.filter(isBeyond).length, survived: asLong(scene).filter(isBeyond).length }
}

/** Of whoever translates: IPVS takes conntrack's entry along, so only its own timeout counts. */
export const memoryOf = (of: Case, translator: Translator | undefined): Memory | undefined =>
  translator?.by === 'ipvs' ? ipvsMemory(of) : translator ? conntrackMemory(of) : undefined

/** A sysctl of the node that is a number, with the reading it comes from. */
export function numberOf(of: Case, name: string) {
  const read = of.facts.newest(sysctl, 'node')
  const value = read && Object.hasOwn(read.value, name) ? read.value[name] : undefined
  return typeof value === 'number' ? ([read, value] as const) : ([undefined, 0] as const)
}
