import { type Attempt, attemptsByServer, attemptsOf, isHeard, isRefused, isSilent, isTelling } from './attempts.ts'
import { calleesOf, since } from './callees.ts'
import type { Case } from './case.ts'
import { hostOf } from './host.ts'
import { leadOf } from './leads.ts'
import { type Obituary, obituaryOf } from './obituary.ts'
import { perCase } from './per-case.ts'
import { type Server, serversOf } from './servers.ts'

/** A server that lost what it had, without anybody having heard from it since. */
export interface Fallen {
  readonly server: Server
  /** Of its connections those that fell silent or were cut, in the order in which they were; explained before or not. */
  readonly lost: readonly [Attempt, ...Attempt[]]
  /** All were cut: its kernel lived on. */
  readonly wasCut: boolean
  /** Epoch ms of the first loss. */
  readonly from: number
  readonly obituary: Obituary | undefined
  /** What was sent to it afterwards, since it still was led there for a while, or had its address. */
  readonly inVain: readonly Attempt[]
}

/**
 * A readiness probe (three of ten seconds), its endpoint, and the rules of each node: so long after its death a server may
 * still be led to, or be back under its address, ms. What leads there for longer is wrong by itself.
 */
export const noticedMs = 60_000

export const fallenOf = perCase((of: Case): readonly Fallen[] =>
  [...serversOf(of).values()].flatMap(server => fallen(of, server) ?? []),
)

/** What those who surely died have cost those who came for them. */
export const inVainOf = perCase(
  (of: Case): ReadonlySet<Attempt> => new Set(fallenOf(of).flatMap(each => (isGone(each) ? each.inVain : []))),
)

/** Others know that it is. */
export const isGone = ({ obituary }: Pick<Fallen, 'obituary'>): boolean => obituary?.told === 'another'

function fallen(of: Case, server: Server): Fallen | undefined {
  const theirs = attemptsByServer(of).get(server.instance) ?? []
  const heard = theirs.filter(isHeard)
  const heardAt = heard.at(-1)?.sentAt ?? -Infinity
  const [first, ...rest] = theirs.filter(
    each =>
      !each.isNew &&
      !each.isDoubtful &&
      (isSilent(each) || each.isCut) &&
      // What a closed verdict has explained tells of its death as well.
      (isTelling(each) || each.sentAt > heardAt),
  )
  if (!first || since(heard, first.sentAt).length > 0) return undefined
  if (first.sentAt < of.at - longAgoMs && ![first, ...rest].some(isTelling)) return undefined
  const lost = [first, ...rest] as const
  const death = {
    server,
    lost,
    wasCut: lost.every(({ isCut }) => isCut),
    from: first.sentAt,
    obituary: obituaryOf(of, server, first.sentAt),
  }
  return { ...death, inVain: inVain(of, death) }
}

/** What failed a minute after is not judged any more, ms. */
const longAgoMs = 1_200_000

/** What was sent to somebody who did not answer, and is to be explained. */
const failedOf = perCase((of: Case): readonly Attempt[] =>
  attemptsOf(of).filter(each => each.symptom && each.server === undefined && (isSilent(each) || isRefused(each))),
)

/** Whom each server was met at. */
const metOf = perCase(
  (of: Case): ReadonlyMap<string, ReadonlySet<string | undefined>> =>
    new Map(calleesOf(of).map(({ host, attempts }) => [host, new Set(attempts.map(({ server }) => server))])),
)

function inVain(of: Case, death: Omit<Fallen, 'inVain'>): readonly Attempt[] {
  const { server, from, wasCut } = death
  const host = hostOf(server.ip)
  if (host === undefined) return []
  /** Where nobody looked it up: of those who knew it, in its manner. */
  const isLikeIt = (each: Attempt) =>
    each.isNew &&
    metOf(of)
      .get(each.host ?? '')
      ?.has(server.instance) === true &&
    (wasCut ? isRefused(each) : isSilent(each))
  return failedOf(of).filter(each => {
    if (each.sentAt < from - edgeMs || each.sentAt > from + noticedMs) return false
    if (each.host === host) return true
    if (!isGone(death)) return false
    const lead = leadOf(of, each)
    return lead && lead.backend !== each.host ? lead.backend === host : isLikeIt(each)
  })
}

/** A busy process tells late of what it sent, ms. */
export const edgeMs = 500
