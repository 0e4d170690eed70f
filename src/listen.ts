import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { classify } from './outcome/classify.ts'
import { Problem } from './outcome/problem.ts'
import { type Address, formatAddress } from './settings/address.ts'

/**
 * Listens, and resolves to the address it got (port 0 becomes a real one). `::` takes IPv4 as well, and falls back to
 * `0.0.0.0` where the machine has no IPv6. Rejects with a Problem that names the setting to change.
 */
export async function listen(server: Server, address: Address, setting: string): Promise<string> {
  try {
    server.listen({ ...address, backlog: 4096 }) // Node's own default of 511 drops a reconnecting crowd
    await once(server, 'listening')
  } catch (error) {
    if (address.host === '::' && lacksIpv6(error)) return listen(server, { ...address, host: '0.0.0.0' }, setting)
    throw cannotListen(error, address, setting)
  }
  const { address: host, port } = server.address() as AddressInfo // a TCP server never has a pipe's name
  return formatAddress({ host, port })
}

/** One sentence with the fix, for any kind of listener. `setting` is what people change, such as `--web-port or web.listen`. */
export function cannotListen(error: unknown, address: Address, setting: string): Problem {
  const why = reasons[codeOf(error)]?.(setting) ?? `the system says ${classify(error).code}; change ${setting}`
  return new Problem(`cannot listen on ${formatAddress(address)}: ${why}.`)
}

export const lacksIpv6 = (error: unknown): boolean => ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error))

const reasons: Readonly<Record<string, (setting: string) => string>> = {
  EADDRINUSE: setting => `another process has this port; choose another with ${setting}, 0 for any free one`,
  EACCES: setting => `this user may not use ports below 1024; choose a higher one with ${setting}`,
  EADDRNOTAVAIL: setting =>
    `no interface here has that address; set ${setting} to one that has, such as 0.0.0.0 or [::]`,
  EAFNOSUPPORT: setting => `this machine has no such address family; set ${setting} to 0.0.0.0`,
  ENOTFOUND: setting => `the name does not resolve; set ${setting} to an address such as 0.0.0.0 or [::]`,
  EAI_AGAIN: setting => `the name does not resolve now; set ${setting} to an address such as 0.0.0.0 or [::]`,
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
