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
  /** Asks for all names, so that no answer is missed. Never rejects. */
  listen(): Promise<void>
}

/** Where the connections of a cohort go. */
export function destinations({ to, share, self, ...counts }: Going, resolve: Resolve): Destinations {
  const layout = { ...counts, names: to.length }
  const targets = to.map((address, name) => {
    const inOrder = ownOrder(self)
    const settled = settling(turnsOf(name, layout), turn => isIn(share, { name, turn }, layout))
    const heard = async () => settled.hear(inOrder(await resolve(address)))
    return { address, settled, heard }
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
    async listen() {
      await Promise.allSettled(targets.map(({ heard }) => heard()))
    },
  }
}
