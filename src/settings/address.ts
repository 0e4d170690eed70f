import { isIP } from 'node:net'
import { z } from 'zod'

/** Where to connect to: a name or an IP address, and a port. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** `host`, `host:port`, `1.2.3.4:7000`, `[::1]:7000` or `::1`; `undefined` for anything else. */
export function parseAddress(text: string, defaultPort: number): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = isIP(text) === 6 ? text : (bracketed ?? plain)
  const port = digits === undefined ? defaultPort : Number(digits)
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined
  return isIP(host) || isHostName(host) ? { host, port } : undefined
}

/** `[::1]:7000`, `web:7000`: what `parseAddress` reads back. */
export const formatAddress = ({ host, port }: Address): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`

/** RFC 1123, with the underscores that DNS itself allows. Digits and dots alone are a mistyped IPv4 address, not a name. */
function isHostName(host: string): boolean {
  return (
    host.length <= 253 && !/^[\d.]+$/.test(host) && /^[a-z0-9_]([a-z0-9_-]{0,62}\.)*[a-z0-9_-]{0,62}\.?$/i.test(host)
  )
}

/** A setting that is an address; without a port it gets `defaultPort`. Port 0 is allowed only where `listening`: any free port. */
export function address(defaultPort: number, { listening = false }: { listening?: boolean } = {}) {
  const expected = `an address such as ${listening ? `0.0.0.0:${defaultPort} or [::]:${defaultPort}` : `server:${defaultPort}, 10.0.0.7:${defaultPort} or [fd00::7]:${defaultPort}`}`
  return z
    .codec(
      z
        .string({ error: () => expected })
        .refine(text => isAddress(text, defaultPort, listening), { error: () => expected, abort: true }),
      z.object({ host: z.string(), port: z.number() }).readonly(),
      {
        decode: (text): Address => parseAddress(text, defaultPort) ?? { host: text, port: defaultPort },
        encode: formatAddress,
      },
    )
    .meta({ description: expected })
}

/** A setting that is one address or a list of them; read as a list, one is written back as one. */
export function addresses(defaultPort: number, { max = 256 }: { max?: number } = {}) {
  const one = address(defaultPort)
  const expected = `an address such as server:${defaultPort}, or a list of 1 to ${max}`
  const single = z.codec(one, z.array(z.custom<Address>()).length(1), {
    decode: text => [text],
    encode: ([first]) => first as Address, // length(1) has just seen it
  })
  return z
    .union(
      [
        single,
        z
          .array(one)
          .min(1, { error: () => expected })
          .max(max, { error: () => expected }),
      ],
      {
        error: () => expected,
      },
    )
    .meta({ description: expected })
}

function isAddress(text: string, defaultPort: number, listening: boolean): boolean {
  const parsed = parseAddress(text, defaultPort)
  return parsed !== undefined && (parsed.port > 0 || listening)
}
