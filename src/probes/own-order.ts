import { hash } from 'node:crypto'
import type { Address } from '../settings/address.ts'

/** Puts addresses in an order. */
export type Order = (addresses: readonly Address[]) => readonly Address[]

/**
 * An order of our own, other than that of other clients, in which an address that comes or goes moves no other (rendezvous
 * hashing, Thaler and Ravishankar 1998). Whoever takes the first k of a thousand servers takes nearly the same tomorrow, and
 * a thousand clients load all servers alike, whatever order their DNS gives. The same addresses give the same array,
 * in whatever order they come: DNS servers turn theirs with each answer.
 */
export function ownOrder(self: string): Order {
  let [last, ordered]: [string, readonly Address[]] = ['', []]
  return addresses => {
    const names = addresses.map(({ host, port }) => `${host} ${port}`)
    const asked = names.toSorted().join()
    if (asked === last) return ordered
    const ranked = addresses.map((address, i) => ({ address, rank: hash('md5', `${self} ${names[i]}`) }))
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
    ;[last, ordered] = [asked, ranked.map(({ address }) => address)]
    return ordered
  }
}
