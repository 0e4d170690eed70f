import { isIP } from 'node:net'
import type { Identity } from '../../outcome/identity.ts'
import { type Peer, schemeOf } from '../../secrets/peer.ts'
import { type Address, formatAddress } from '../../settings/address.ts'
import { defineSource, mostFlows, type Source } from '../source.ts'
import { type Asking, asking } from './asking.ts'
import { type LedgerFact, ledgerFacts } from './facts.ts'
import { type Answer, parseAnswer, unreachable } from './parse.ts'

export interface LedgerSettings {
  /** Of the servers' web. */
  readonly port: number
  /** The source's, ms. */
  readonly deadlineMs?: number
  /** File with the token that the servers' web wants; read for each question, since mounted secrets rotate. */
  readonly tokenFile?: string
  /** How servers are known, where their web talks TLS. */
  readonly tls?: Peer
  /** Who is this very process, where it is a server as well, and where its own web answers: a pair's may listen on loopback alone. */
  readonly own?: { readonly instance: string; readonly at: Address }
}

/** Asks the server of each connection for its side of the story, all at once. One that is silent costs the others nothing. */
export const ledgerSource = (settings: LedgerSettings): Source =>
  defineSource({
    facts: ledgerFacts,
    of: 'servers',
    about: 'flows',
    costly: false,
    async read({ clock }, { accounts }) {
      using ask = asking(clock, settings)
      const asked = accounts.slice(0, mostFlows).map(each => heard(each, settings, ask))
      return await Promise.all(asked) // all of them, before what they are asked through is closed
    },
  })

/** One connection, and who answers for its other side. */
export interface Asked {
  readonly id: string
  readonly peer: Identity
}

async function heard({ id, peer }: Asked, settings: LedgerSettings, ask: Asking): Promise<LedgerFact> {
  const asked = { id, instance: peer.instance }
  const answer = await answerOf({ id, peer }, settings, ask)
  return 'why' in answer ? unreachable(asked, answer.why) : parseAnswer(asked, answer)
}

/** The server's answer as it came, or why there is none. */
export async function answerOf(
  { id, peer }: Asked,
  { port, own, tls }: LedgerSettings,
  ask: Asking,
): Promise<Answer | { readonly why: string }> {
  const at = own?.instance === peer.instance ? own.at : { host: peer.ip, port }
  // The address is the server's own word. Only an address is asked: never a name, never another path.
  if (!isIP(at.host)) return { why: 'it gave no address of its own' }
  const answer = await ask(`${schemeOf(tls)}://${formatAddress(at)}/api/ledger?id=${encodeURIComponent(id)}`)
  return 'why' in answer ? { why: `${formatAddress(at)}: ${answer.why}` } : answer
}
