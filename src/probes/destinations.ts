import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Resolve } from '../resolve.ts'
import { type Address, formatAddress } from '../settings/address.ts'
import { ownOrder } from './own-order.ts'
import { isIn, type Layout, placeOf, turnsOf } from './place.ts'
import { settling } from './settled.ts'
import type { Share } from './share.ts'

interface Going extends Omit<Layout, 'names'> {
  readonly to: readonly Address[]
  /** Which of the connections are ours. */
  readonly share: Share
  /** Who we are: no other client has our order of addresses. */
  readonly self: string
}

export interface Destinations {
  /** Where the `index`th connection goes now. Rejects when there is nowhere to go. */
  of(index: number): Promise<Address>
  /** Whether the `index`th, which is open at an address, had better be opened anew: its place is elsewhere by now. */
  isElsewhere(index: number, at: Address): boolean
  /** Asks for all names, so that no answer is missed. Never rejects. */
  listen(): Promise<void>
  /** How often to listen, ms; never where all addresses are numbers. */
  readonly listenMs: number | undefined
}

/** Nobody moves before the answer stood for so long, ms: servers that come and go within it move nobody who could have stayed. */
const steadyMs = 20_000

/** How often names are asked for so that servers which come are met, ms. A cluster's DNS is asked so often by every client. */
const aloneMs = 30_000
/**
 * The same where others hold the other turns: what they hear as their connections end we must have heard as well (settled.ts). As
 * long as an answer is kept (resolve.ts).
 */
const togetherMs = 5000

/** Where the connections of a cohort go. */
export function destinations({ to, share, self, ...counts }: Going, resolve: Resolve, clock: Clock): Destinations {
  const layout = { ...counts, names: to.length }
  const targets = to.map((address, name) => {
    const inOrder = ownOrder(self)
    const settled = settling(turnsOf(name, layout), turn => isIn(share, { name, turn }, layout))
    const target = { address, settled, since: -Infinity, heard }
    async function heard() {
      if (settled.hear(inOrder(await resolve(address)))) target.since = clock.steady()
    }
    return target
  })
  return {
    async of(index) {
      const { name, turn } = placeOf(index, layout)
      const target = targets[name]
      await target?.heard()
      const address = target?.settled.take(turn)
      if (!address) throw new Error(`${target ? formatAddress(target.address) : 'nobody'} has no address`)
      return address
    },
    isElsewhere(index, at) {
      const { name, turn } = placeOf(index, layout)
      const target = targets[name]
      return target !== undefined && clock.steady() - target.since >= steadyMs && target.settled.isElsewhere(turn, at)
    },
    async listen() {
      await Promise.allSettled(targets.map(({ heard }) => heard()))
    },
    listenMs: to.every(({ host }) => isIP(host) > 0) ? undefined : share.of > 1 ? togetherMs : aloneMs,
  }
}
