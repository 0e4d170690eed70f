import { randomBytes } from 'node:crypto'
import { type Asker, type FreshOptions, freshPorts, type PinnedAsker, pinnedPort } from '../../datagram/asker.ts'
import type { Ending, Question } from '../../datagram/line.ts'
import type { OfProbe, Told } from '../../outcome/observation.ts'
import type { Address } from '../../settings/address.ts'
import type { SharedToken } from '../../secrets/shared-token.ts'
import { type Answered, readAnswer, type Refused, seqOf, writeQuestion } from './datagram.ts'
import { prove } from './proof.ts'

/** Where questions go, and where what becomes of them is told. */
export interface Asking extends Omit<FreshOptions, 'nextServer' | 'keyOf' | 'onStray'> {
  readonly of: OfProbe
  readonly size: number
  readonly tell: (told: Told) => void
  /** What every question proves to know. */
  readonly token?: SharedToken | undefined
}

/** Asks one of `addresses` one numbered question. */
export interface Line {
  ask(addresses: readonly Address[]): void
  /** Resolves when every fate is told. */
  stop(): Promise<void>
}

/** A new source port for each question; the addresses in turn. */
export function fresh(asking: Asking): Line {
  let addresses: readonly Address[] = []
  let turn = 0
  const nextServer = () => addresses[turn++ % addresses.length] ?? nowhere
  const asker = freshPorts<Answered | Refused>({ ...asking, ...hearing(asking), nextServer })
  const ask = numbered(asking)
  return {
    ask(current) {
      addresses = current
      ask(asker)
    },
    stop: () => asker.stop(),
  }
}

/** One source port for good, and one address for as long as the name has it. */
export function pinned(asking: Asking, localPort: number): Line {
  let address: Address | undefined
  let asker: PinnedAsker<Answered | Refused> | undefined
  const ask = numbered(asking)
  return {
    ask(current) {
      if (!asker || !current.some(({ host }) => host === address?.host)) {
        void asker?.stop()
        address = current[0] ?? nowhere
        const from = asker?.localPort ?? localPort
        asker = pinnedPort<Answered | Refused>({ ...asking, ...hearing(asking), server: address, localPort: from })
      }
      ask(asker)
    },
    stop: async () => asker?.stop(),
  }
}

/** A name without addresses rejects before it comes here. */
const nowhere: Address = { host: '0.0.0.0', port: 0 }

const hearing = ({ of, tell }: Asking) => ({
  keyOf: seqOf,
  onStray: (what: (Told & { type: 'strayed' })['what'], tookUs?: number) =>
    tell({ type: 'strayed', ...of, what, ...(tookUs !== undefined && { tookUs }) }),
})

/** Sends numbered questions and tells their fates. The nonce tells our answers from those of another process. */
function numbered({ of, size, tell, token, clock }: Asking) {
  const nonce = randomBytes(8)
  const padding = randomBytes(size)
  let seq = 0
  let newest = 0

  function settle(asked: number, { answer, by, ...ending }: Ending<Answered | Refused>): void {
    if (answer && 'refused' in answer)
      return tell({ type: 'asked', ...of, ...ending, fate: 'wrong-reply', code: `REFUSED ${answer.refused}` })
    const who = answer ? `${answer.pod}/${answer.instance}` : by
    tell({ type: 'asked', ...of, ...ending, ...(who !== undefined && { by: who }) })
    if (!answer) return
    // Serial number arithmetic (RFC 1982): the number may wrap.
    if (of.mode === 'pinned' && ((asked - newest) | 0) < 0)
      tell({ type: 'strayed', ...of, what: 'reordered', tookUs: ending.tookUs })
    else newest = asked
  }

  function question(): Question<Answered | Refused> {
    seq = (seq + 1) >>> 0
    const key = seq
    const bytes = prove(writeQuestion(Buffer.from(padding), key, nonce), token, clock)
    return { key, bytes, read: came => readAnswer(bytes, came), settle: ending => settle(key, ending) }
  }

  return (asker: Asker<Answered | Refused>) =>
    asker.ask(
      () => [question()],
      (word, flow) => tell({ type: 'asked', ...of, ...word, phase: 'send', tookUs: 0, flow }),
    )
}
