import { type Answer as Record, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet'

/** The types people can ask for. */
export const recordTypes = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const
export type AskedType = (typeof recordTypes)[number] & RecordType

/** One question on the wire. */
export interface Query {
  readonly id: number
  readonly bytes: Buffer
  /** Where the question section ends: it begins at 12. */
  readonly end: number
}

/** The answer we are ready for over UDP: no fragments on any path (DNS flag day 2020). */
const udpPayloadSize = 1232

/** Encodes the question for `name` as it is written, with or without EDNS0. `name` is one `isDomainName` accepts. */
export function queryFor({
  id,
  name,
  type,
  edns,
}: {
  id: number
  name: string
  type: AskedType
  edns: boolean
}): Query {
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    options: [],
  } as const
  const additionals: Record[] = edns ? [{ ...opt, flag_do: false, options: [] }] : []
  const question = { name: name.replace(/\.$/, ''), type }
  const bytes = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [question], additionals })
  return { id, bytes, end: 12 + question.name.length + 2 + 4 }
}

/**
 * What fits into a question: letters, digits, dashes and underscores (punycode for anything else), labels of 1 to 63,
 * 253 in all; a trailing dot is allowed. dns-packet itself checks none of it and would write illegal bytes.
 */
export function isDomainName(text: string): boolean {
  const name = text.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every(label => /^[a-z0-9_-]{1,63}$/i.test(label))
}
