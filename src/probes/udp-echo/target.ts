import { isIP } from 'node:net'
import { classify } from '../../outcome/classify.ts'
import type { Resolve } from '../../resolve.ts'
import type { World } from '../kind.ts'
import { ownOrder } from '../own-order.ts'
import { type Address, formatAddress } from '../../settings/address.ts'

/** How long the addresses of a name are used before it is looked up again, ms. */
const keptMs = 30_000
/** Of a name with more addresses so many are asked, other ones by each client. */
const most = 64

/**
 * The addresses of a configured target. A name is looked up again now and then, in the background: a question never waits
 * for a lookup but the first, and a lookup that fails leaves the addresses we had. Rejects while there are none.
 */
export function targetOf(
  address: Address,
  { clock, identity, log }: Pick<World, 'clock' | 'identity' | 'log'>,
  resolve: Resolve,
) {
  const inOrder = ownOrder(identity.pod)
  let known: readonly Address[] | undefined = isIP(address.host) ? [address] : undefined
  let knownAt = Infinity
  let asking: Promise<readonly Address[]> | undefined
  let complained = false

  async function lookUp(): Promise<readonly Address[]> {
    try {
      known = inOrder(await resolve(address)).slice(0, most)
      complained = false
      return known
    } catch (error) {
      if (!complained)
        log.warn(
          `${formatAddress(address)} does not resolve (${classify(error).code}): check the name and the cluster's DNS; ${known ? 'its last addresses are asked' : 'nothing is asked until it does'}.`,
        )
      complained = true
      throw error
    } finally {
      knownAt = clock.steady()
      asking = undefined
    }
  }

  return async (): Promise<readonly Address[]> => {
    if (known && (isIP(address.host) || clock.steady() - knownAt < keptMs)) return known
    asking ??= lookUp()
    if (!known) return asking
    asking.catch(() => {}) // it has complained
    return known
  }
}
