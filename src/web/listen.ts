import { once } from 'node:events'
import type { Server } from 'node:http'
import { Problem } from '../outcome/problem.ts'
import { type Address, formatAddress } from '../settings/address.ts'

/** Listens, and gives the port it got. Rejects with a Problem that names the address and the fix. */
export async function listen(server: Server, address: Address): Promise<number> {
  server.listen(address)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Problem(`cannot serve the web on ${formatAddress(address)}: ${why(error)}`)
  }
  const bound = server.address()
  return typeof bound === 'object' && bound ? bound.port : address.port
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken; choose another with --web-port or web.listen, 0 for any free one',
  EACCES: 'this user may not use the port; choose one above 1023 with --web-port or web.listen',
  EADDRNOTAVAIL: 'no interface here has that address; set web.listen to one that has, such as 0.0.0.0 or [::]',
  EAFNOSUPPORT: 'this machine has no such address family; set web.listen to 0.0.0.0',
  ENOTFOUND: 'the name does not resolve; set web.listen to an address such as 0.0.0.0 or [::]',
  EAI_AGAIN: 'the name does not resolve now; set web.listen to an address such as 0.0.0.0 or [::]',
}

function why(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? String(error)
}
