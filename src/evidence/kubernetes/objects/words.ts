import { isIP } from 'node:net'
import { z } from 'zod'
import { canonical } from '../../tuple.ts'

// What the objects of the API are made of. Its fields may be left out or `null`, which mean the same.

/** Names are DNS names; what is longer is not the API's. */
export const name = z.string().min(1).max(253)

export const meta = z.object({
  name,
  namespace: name.optional(),
  uid: z.string().max(64).optional(),
  deletionTimestamp: z.string().nullish(),
})

export const keyOf = ({ name, namespace }: { name: string; namespace?: string | undefined }): string =>
  namespace === undefined ? name : `${namespace}/${name}`

/** Only addresses, each written as the kernel writes it: `None`, names and nonsense are left out. */
export const addressesOf = (texts: readonly (string | null | undefined)[]): string[] => [
  ...new Set(texts.filter(text => typeof text === 'string' && isIP(text) > 0).map(text => canonical(text ?? ''))),
]

/** Times are RFC 3339. Epoch ms. */
export function timeOf<K extends string>(field: K, text: string | null | undefined): { readonly [N in K]?: number } {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? {} : ({ [field]: at } as { [N in K]: number }) // one key, as the type says
}

/** SCTP is nobody's here. */
export const protocolOf = (text: string | null | undefined): 'tcp' | 'udp' | undefined =>
  (({ TCP: 'tcp', UDP: 'udp' }) as const)[(text ?? 'TCP') as 'TCP' | 'UDP'] // anything else finds nothing
