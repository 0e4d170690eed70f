import { isIPv6 } from 'node:net'
import { canonical } from '../tuple.ts'

/** `0A60000A`, or IPv6 in full, which `ip_vs` prints in brackets and `ip_vs_conn` without. `undefined` for anything else. */
export function addressIn(text = ''): string | undefined {
  if (/^[0-9A-F]{8}$/i.test(text)) return [...Buffer.from(text, 'hex')].join('.')
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  return isIPv6(bare) && !bare.includes('%') ? canonical(bare) : undefined
}

/** As `ip_vs_conn` prints an address. */
export function addressAs(address: string): string {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number)).toString('hex').toUpperCase()
  const [head = '', tail] = address.split('::')
  const [before, after] = [head, tail ?? ''].map(half => half.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map(group => group.padStart(4, '0')).join(':')
}

export const portIn = (text = ''): number | undefined =>
  /^[0-9A-F]{4}$/i.test(text) ? Number.parseInt(text, 16) : undefined

export const portAs = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/** A decimal number that makes sense; a timer that has just run out was printed as an enormous one by old kernels. */
export const countIn = (text = ''): number | undefined =>
  /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined
