import { isIP } from 'node:net'
import { parseAddress } from '../settings/address.ts'
import type { Draft } from './draft.ts'
import type { Path } from './mistake.ts'

/** The port everything shares, unless said otherwise: TCP and UDP. */
export const dataPort = 7000

/** What an address gets instead; as text, since it is the schema that judges it. */
interface Replacement {
  readonly host?: string
  /** Only in place of the data port: what listens elsewhere on purpose stays there. */
  readonly port?: string | undefined
}

/** Rewrites the address in `field`, or each of a list of them. Returns where it changed something. */
export function readdress(holder: Draft, field: string, path: Path, to: Replacement): Path[] {
  const before = holder[field]
  const one = (text: unknown) => (typeof text === 'string' ? rewritten(text, to) : text)
  const after = Array.isArray(before) ? before.map(one) : one(before ?? to.host)
  if (after === undefined || (to.host === undefined && JSON.stringify(after) === JSON.stringify(before))) return []
  holder[field] = after
  return [[...path, field]]
}

/** `host:port` in two, with the brackets an IPv6 address wears; neither half is judged. */
export function splitAddress(text: string): { host: string; port: string | undefined } {
  if (isIP(text) === 6) return { host: `[${text}]`, port: undefined }
  const [, host = text, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text) ?? []
  return { host, port }
}

function rewritten(text: string, to: Replacement): string {
  const port = parseAddress(text, dataPort)?.port
  if (port === undefined) return text
  return `${to.host ?? splitAddress(text).host}:${port === dataPort ? (to.port ?? port) : port}`
}
