import { canonical } from '../evidence/tuple.ts'
import { parseAddress } from '../settings/address.ts'
import { type Account, accountsOf } from './accounts.ts'
import { type Case, type Death, isTrusted } from './case.ts'
import type { CohortHistory } from './history.ts'
import { perCase } from './per-case.ts'
import { keepaliveOf, quietBefore } from './silences.ts'

/**
 * What broke the silence, and what came of it. `word`: the client spoke and was reset. `probe`: its keepalive probe was.
 * `unasked`: it was reset while it sent nothing. `theirs`: the server had lost the connection before, the client held a
 * zombie. `silence`: whatever was sent, nothing came back.
 */
export type Manner = 'word' | 'probe' | 'unasked' | 'theirs' | 'silence'

/** `translated`: the address the client called is not the one its server has. `direct`: it is. */
export type Way = 'translated' | 'direct'

/** A connection that was lost in, or after, a silence, while nothing says that its server ended it. */
export interface Loss {
  readonly death: Death
  readonly cohort: CohortHistory | undefined
  readonly manner: Manner
  readonly way: Way
  /** So long nothing had crossed the path, ms, as the kernel has it. */
  readonly quietMs: number
  /** The same, measured as it is of those that survived. */
  readonly measuredMs: number
  /** Epoch ms at which something did. */
  readonly brokenAt: number
  readonly account: Account | undefined
}

export const lossesOf = perCase((of: Case): readonly Loss[] => {
  const accounts = accountsOf(of)
  const cohorts = new Map(of.cohorts.map(cohort => [seriesOf(cohort.of), cohort]))
  const alike = toldAlike(of.deaths, accounts)
  return of.deaths.flatMap(death => {
    const cohort = cohorts.get(seriesOf(death))
    const account = accounts.get(death.id ?? '') ?? alike.get(alikeOf(death))
    if (death.id === undefined || death.phase === 'connect' || account?.told === 'gone') return []
    const quietMs = quietBefore(death, keepaliveOf(cohort))
    const manner = mannerOf(death, account, quietMs, cohort)
    const brokenAt = death.phase === 'idle' ? death.at : death.at - death.tookUs / 1000
    const measuredMs = Math.min(death.idleMs, keepaliveOf(cohort))
    return manner ? [{ death, cohort, manner, way: wayOf(death), quietMs, measuredMs, brokenAt, account }] : []
  })
})

const seriesOf = ({ kind, path, cohort }: CohortHistory['of']): string => `${kind} ${path} ${cohort}`

function mannerOf(
  death: Death,
  account: Account | undefined,
  quietMs: number,
  cohort: CohortHistory | undefined,
): Manner | undefined {
  if (death.fate === 'timeout') return isUnheard(death) ? 'silence' : undefined
  if (death.fate !== 'reset') return undefined
  if (death.zombie || account?.told === 'before') return 'theirs'
  if (death.phase === 'exchange') return 'word'
  return account?.told !== 'together' && isAfterProbe(death, quietMs, cohort) ? 'probe' : 'unasked'
}

/** Nothing was acknowledged, by the kernel's own word: no slow server, and no stall of ours. */
function isUnheard(death: Death): boolean {
  const { code, tcpInfo } = death
  if (code.startsWith('ETIMEDOUT')) return true
  return tcpInfo ? tcpInfo.unacked > 0 && tcpInfo.totalRetrans > 0 : isTrusted(death)
}

/**
 * A probe of ours was on its way: the kernel counts those that are not answered. Where nobody asked it, by their age: the
 * timer is early by a tick at most, and as late as a probe or two may be lost.
 */
function isAfterProbe({ tcpInfo }: Death, quietMs: number, cohort: CohortHistory | undefined): boolean {
  if (tcpInfo) return tcpInfo.probes > 0
  const { idleS, intervalS, count } = cohort?.options?.keepalive ?? { idleS: Infinity, intervalS: 0, count: 0 }
  return quietMs >= idleS * 1000 * 0.9 && quietMs <= (idleS + Math.min(count, 3) * intervalS + 1) * 1000
}

/** Only a few servers can be asked: where all who were heard say the same of deaths alike, it holds for the others. */
function toldAlike(deaths: readonly Death[], accounts: ReadonlyMap<string, Account>): ReadonlyMap<string, Account> {
  const heard = new Map<string, Account>()
  const torn = new Set<string>()
  for (const death of deaths) {
    const account = accounts.get(death.id ?? '')
    const before = heard.get(alikeOf(death))
    if (account && before && before.told !== account.told) torn.add(alikeOf(death))
    if (account) heard.set(alikeOf(death), inferred(account))
  }
  for (const key of torn) heard.delete(key)
  return heard
}

/** As told of another; when and how that one ended is its own. */
const inferred = ({ told, at, quietMs }: Account): Account => ({
  told,
  at,
  heard: false,
  ...(quietMs !== undefined && { quietMs }),
})

const alikeOf = (death: Death): string =>
  `${seriesOf(death)} ${death.fate} ${death.phase} ${death.zombie} ${death.peer?.instance}`

/** Where the flow is not known, the path that was asked for. */
function wayOf({ path, flow, peer }: Death): Way {
  const called = flow && parseAddress(flow.remote, 0)?.host
  if (path === 'pod') return 'direct'
  return called !== undefined && peer && canonical(called) === canonical(peer.ip) ? 'direct' : 'translated'
}
