import { ipvs } from '../evidence/ipvs/facts.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import { late } from '../settings/late.ts'
import type { Case } from './case.ts'
import type { Loss } from './losses.ts'
import type { Scene } from './scene.ts'
import { asLong } from './signs.ts'
import type { Translator } from './translator.ts'

/** For how long the node remembers a silent TCP connection. */
export interface Memory {
  readonly ms: number
  /** It was another before, and is known to be this one from here on, epoch ms; -Infinity where no other was seen. */
  readonly sinceAt: number
  /** It may live for so much longer than that, ms. */
  readonly lateMs: number
  readonly line: EvidenceLine
}

/** A timer is refreshed by the last packet of either side, and that may be later than any we know of, ms. */
const refreshedLateMs = 1000

const established = 'net.netfilter.nf_conntrack_tcp_timeout_established'

/** When these were lost; where there are none, now. */
export function conntrackMemory(of: Case, losses: readonly Loss[] = []): Memory | undefined {
  const read = inForce(of.facts.all(sysctl, 'node'), value => numberIn(value, established), losses)
  return (
    read && {
      ms: read.seconds * 1000,
      sinceAt: read.sinceAt,
      lateMs: refreshedLateMs,
      line: { source: 'node sysctl', at: read.at, says: `${established} = ${read.seconds}` },
    }
  )
}

/** Only where `ipvsadm` is there to tell. */
export function ipvsMemory(of: Case, losses: readonly Loss[] = []): Memory | undefined {
  const read = inForce(of.facts.all(ipvs, 'node'), ({ timeouts }) => timeouts?.tcp, losses)
  return (
    read && {
      ms: read.seconds * 1000,
      sinceAt: read.sinceAt,
      lateMs: late(read.seconds * 1000) - read.seconds * 1000 + refreshedLateMs,
      line: { source: 'node ipvs', at: read.at, says: `timeout of TCP = ${read.seconds} s` },
    }
  )
}

/**
 * A timer runs as it was set by the last packet, whatever the node says since (nf_ct_refresh_acct, ip_vs_conn_put). Of the
 * readings before and after the last of these packets either may have been in force: the shorter one.
 */
function inForce<T>(
  readings: readonly { readonly at: number; readonly value: T }[],
  secondsOf: (value: T) => number | undefined,
  losses: readonly Loss[],
): { readonly at: number; readonly seconds: number; readonly sinceAt: number } | undefined {
  const told = readings.flatMap(({ at, value }) => {
    const seconds = secondsOf(value)
    return seconds === undefined ? [] : [{ at, seconds }]
  })
  const setAt = losses.length > 0 ? Math.max(...losses.map(({ brokenAt, quietMs }) => brokenAt - quietMs)) : Infinity
  const after = told.findIndex(({ at }) => at >= setAt)
  const around = after < 0 ? told.slice(-1) : told.slice(Math.max(0, after - 1), after + 1)
  const [read] = around.toSorted((a, b) => a.seconds - b.seconds)
  if (!read) return undefined
  const other = told.findLastIndex(({ at, seconds }) => at < read.at && seconds !== read.seconds)
  return { ...read, sinceAt: other < 0 ? -Infinity : (told[other + 1]?.at ?? read.at) }
}

/** Without those survivors whose timer was still set to what it was before: they say nothing of what it is now. */
export const underMemory = (scene: Scene, { sinceAt }: Memory): Scene => ({
  ...scene,
  survivors: scene.survivors.filter(({ brokenAt, quietMs }) => brokenAt - quietMs >= sinceAt),
})

/** How many silences clearly beyond it were fatal, and how many were not: who is silent just as long may meet either. */
export function clearlyBeyond(
  scene: Scene,
  { ms, lateMs }: Memory,
): { readonly died: number; readonly survived: number } {
  const isBeyond = ({ quietMs }: { readonly quietMs: number }) => quietMs >= ms + lateMs
  return { died: scene.losses.filter(isBeyond).length, survived: asLong(scene).filter(isBeyond).length }
}

/** Of whoever translates: IPVS takes conntrack's entry along, so only its own timeout counts. */
export const memoryOf = ({ of, losses }: Scene, translator: Translator | undefined): Memory | undefined =>
  translator?.by === 'ipvs' ? ipvsMemory(of, losses) : translator ? conntrackMemory(of, losses) : undefined

/** A sysctl of the node that is a number, with the reading it comes from. */
export function numberOf(of: Case, name: string) {
  const read = of.facts.newest(sysctl, 'node')
  const value = read && numberIn(read.value, name)
  return value === undefined ? ([undefined, 0] as const) : ([read, value] as const)
}

function numberIn(values: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  return typeof value === 'number' ? value : undefined
}
