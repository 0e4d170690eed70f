import { isIP } from 'node:net'
import type { Identity } from '../../outcome/identity.ts'
import { type Address, formatAddress } from '../../settings/address.ts'
import { defineSource, mostFlows, type Source } from '../source.ts'
import { type Asking, asking } from './asking.ts'
import { type LedgerFact, ledgerFacts } from './facts.ts'
import { parseAnswer, unreachable } from './parse.ts'

export interface LedgerSettings {
  /** Of the servers' web. */
  readonly port: number
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
      using ask = asking(clock)
      const asked = accounts.slice(0, mostFlows).map(each => heard(each, settings, ask))
      return await Promise.all(asked) // all of them, before what they are asked through is closed
    },
  })

async function heard(
  { id, peer }: { readonly id: string; readonly peer: Identity },
  { port, own }: LedgerSettings,
  ask: Asking,
): Promise<LedgerFact> {
  const asked = { id, instance: peer.instance }
  const at = own?.instance === peer.instance ? own.at : { host: peer.ip, port }
  // The address is the server's own word. Only an address is asked: never a name, never another path.
  if (!isIP(at.host)) return unreachable(asked, 'it gave no address of its own')
  const answer = await ask(`http://${formatAddress(at)}/api/ledger?id=${encodeURIComponent(id)}`)
  return 'why' in answer ? unreachable(asked, `${formatAddress(at)}: ${answer.why}`) : parseAnswer(asked, answer)
}
