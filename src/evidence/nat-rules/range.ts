import { isIP } from 'node:net'
import { canonical } from '../tuple.ts'

/** A range as nft and iptables both may write it: a range of one address is that address, IPv6 is shortened. */
export function canonicalRange(text: string): string {
  const [address = '', length] = text.split('/')
  const version = isIP(address)
  if (version === 0) return text.slice(0, mostText)
  return length === undefined || length === whole[version] ? canonical(address) : `${canonical(address)}/${length}`
}

/** Two IPv6 addresses and what is between them. */
const mostText = 100

const whole: Readonly<Record<number, string>> = { 4: '32', 6: '128' }

/** It is one address, and not all but one. */
export const isOneAddress = (range: string): boolean => isIP(range) !== 0
