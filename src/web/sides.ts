import type { Clock } from '../clock.ts'
import type { Statement } from '../evidence/ledger/statement.ts'
import type { Identity } from '../outcome/identity.ts'
import type { TcpInfo } from '../outcome/socket.ts'
import type { ListedRow } from '../probes/listed.ts'
import type { Fault } from '../record/snapshot.ts'
import type { WebSource } from './source.ts'

/** What the client knows of a connection: it holds it, or remembers how it ended. */
export interface ClientSide {
  readonly kind: string
  readonly cohort: string
  /** Epoch ms; absent where nobody remembers. */
  readonly openedAt?: number
  readonly exchanges?: number
  readonly held?: ListedRow
  readonly end?: ClientEnd
}

export interface ClientEnd {
  readonly at: number
  readonly fate: string
  readonly phase: string
  readonly code: string
  readonly planned: boolean
  readonly zombie: boolean
  /** The silence it died in or after, ms. */
  readonly idleMs?: number
  /** How long the exchange it died in had lasted, ms. */
  readonly askedMs?: number
  readonly tcpInfo?: TcpInfo
}

/** What the server says of it. `here`: it is this very process. `nobody`: there is nobody to ask. */
export type ServerSide =
  | (Extract<Statement, { state: 'told' }> & { readonly here: boolean })
  | Exclude<Statement, { state: 'told' }>
  | { readonly state: 'nobody'; readonly why: string }

export interface BothSides {
  readonly client: ClientSide | undefined
  readonly server: ServerSide
}

/** Servers asked for one connection whose own is not known any more, at most. */
const mostAsked = 4

/** Finds both sides of a connection; `undefined` where neither knows it. */
export async function bothSides(
  id: string,
  source: WebSource,
  ask: NonNullable<WebSource['statement']>,
): Promise<BothSides | undefined> {
  const { ledger, identity } = source
  const fault = source.snapshot().faults.find(each => each.id === id && each.side === 'client')
  const { found } = await source.connections({ id, offset: 0, limit: 1 })
  const client = clientSide(id, found[0], fault)
  const own = ledger?.find(id)
  if (own) return { client, server: { state: 'told', account: own, server: identity, here: true } }
  if (!client) return undefined
  const servers = await serversOf(id, source, found[0], fault)
  const here = servers.some(({ instance }) => instance === identity.instance)
  if (here) return { client, server: { state: 'unknown', asked: identity.instance, answeredBy: identity.instance } }
  if (servers.length === 0)
    return { client, server: { state: 'nobody', why: 'which server held it is not known any more' } }
  if (!source.statement) return { client, server: { state: 'nobody', why: 'no server is asked: evidence is off' } }
  const said = await Promise.all(servers.map(peer => ask({ id, peer })))
  const [first] = said
  const best = said.find(({ state }) => state === 'told') ?? said.find(({ state }) => state === 'unknown') ?? first
  if (!best) return { client, server: { state: 'nobody', why: 'nobody was asked' } }
  return { client, server: best.state === 'told' ? { ...best, here: false } : best }
}

function clientSide(id: string, row: ListedRow | undefined, fault: Fault | undefined): ClientSide | undefined {
  if (row?.id === id) {
    const { kind, cohort, openedAt, exchanges } = row
    return { kind, cohort, ...(openedAt > 0 && { openedAt }), exchanges, held: row }
  }
  const last = row?.lastEnd
  if (row && last) {
    const { at, lifetimeMs, exchanges, phase, tookUs } = last
    const asked = phase === 'exchange' && { askedMs: tookUs / 1000 }
    const end = { ...last, ...asked, ...(fault?.tcpInfo && { tcpInfo: fault.tcpInfo }) }
    return { kind: row.kind, cohort: row.cohort, openedAt: at - lifetimeMs, exchanges, end }
  }
  if (!fault) return undefined
  const { kind, name: cohort, exchanges } = fault
  return {
    kind,
    cohort,
    ...(exchanges !== undefined && { exchanges }),
    end: { ...fault, zombie: fault.zombie ?? false },
  }
}

/** Who held the other end; where only its pod's name is left, whoever we know by that name. */
async function serversOf(
  id: string,
  source: WebSource,
  row: ListedRow | undefined,
  fault: Fault | undefined,
): Promise<readonly Identity[]> {
  const known = row?.id === id ? row.peer : row?.lastEnd?.peer
  if (known) return [known]
  if (fault?.by === undefined) return []
  const { found } = await source.connections({ server: fault.by, each: 'instance', offset: 0, limit: mostAsked })
  return found.flatMap(({ peer }) => peer ?? [])
}

/** Questions under way at once: whoever asks for page after page shall not make us flood the servers. */
const mostAtOnce = 8
/** An answer is good for so long, ms. */
const keptMs = 2000

/** Asks servers, each question once in `keptMs` and few of them at a time. */
export function askingServers(source: WebSource, clock: Clock): NonNullable<WebSource['statement']> {
  const answers = new Map<string, Promise<Statement>>()
  let running = 0
  return async asked => {
    const key = `${asked.peer.instance} ${asked.id}`
    const known = answers.get(key)
    if (known) return known
    if (!source.statement) return { state: 'unreachable', why: 'no server is asked' }
    if (running >= mostAtOnce || answers.size >= 100 * mostAtOnce)
      return { state: 'unreachable', why: 'too many were asked about at once: try again in a moment' }
    running += 1
    const answer = source.statement(asked).finally(() => {
      running -= 1
      clock.alarm(keptMs, () => answers.delete(key))
    })
    answers.set(key, answer)
    return answer
  }
}
