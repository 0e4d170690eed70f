import type { Clock } from '../clock.ts'
import type { Identity } from '../outcome/identity.ts'
import { Problem } from '../outcome/problem.ts'
import type { Resolve } from '../resolve.ts'
import type { SharedToken } from '../secrets/shared-token.ts'
import { type Address, formatAddress, parseAddress } from '../settings/address.ts'
import { openHttp } from './http.ts'
import type { Protocol, Speaker, Wish } from './protocol.ts'
import { openStream } from './stream.ts'
import { longhold } from './codecs/longhold.ts'
import { postgres } from './codecs/postgres.ts'
import { redis, said } from './codecs/line.ts'
import type { Codec } from './codecs/codec.ts'
import { openFlow } from './udp.ts'

export interface Means {
  readonly clock: Clock
  readonly resolve: Resolve
  /** Who we are, as told to a longhold server. */
  readonly identity: Identity
  /** What any other TCP service answers with a line. */
  readonly say?: string | undefined
  readonly udpStream: boolean
  /** What a longhold server wants proven, where it does. */
  readonly token?: SharedToken | undefined
}

const forms =
  'host[:7000] (longhold), udp://host[:7000] (its echo), http://host[:80]/path, redis://host[:6379], postgres://user@host[:5432]/database, or tcp://host:port with --say'

/** Understands a target as people write it. Throws `Problem` (exit code 2) on anything else. */
export function protocolOf(target: string, means: Means): Protocol {
  const { clock, resolve, identity, say, token } = means
  const [, scheme = 'longhold', rest = target] = /^([a-z]+):\/\/(.*)$/i.exec(target) ?? []
  const mistake = (why: string) => new Problem(`TARGET: expected ${forms}; found ${JSON.stringify(target)} (${why})`, 2)
  const at = (defaultPort: number, text = rest.split('/')[0] ?? ''): Address => {
    const parsed = parseAddress(text, defaultPort)
    if (!parsed || parsed.port === 0)
      throw mistake(defaultPort === 0 ? 'a host and a port are needed' : 'no such address')
    return parsed
  }
  let turn = 0
  /** One of its addresses after the other, as an application would spread over them. */
  const next = async (address: Address): Promise<Address> => {
    const all = await resolve(address)
    return all[turn++ % all.length] ?? address
  }
  const overStream = (
    name: string,
    address: Address,
    codec: (wish: Wish) => Codec,
    speakers: readonly Speaker[],
  ): Protocol => ({
    name,
    transport: 'tcp',
    speakers,
    target: formatAddress(address),
    open: async wish => openStream(await next(address), wish, codec(wish), clock),
  })

  if (say !== undefined && scheme !== 'tcp')
    throw new Problem(`--say: goes with a target tcp://host:port, found ${JSON.stringify(target)}`, 2)
  switch (scheme.toLowerCase()) {
    case 'longhold':
      return overStream('longhold', at(7000), wish => longhold(identity, wish, { token, clock }), ['client', 'server'])
    case 'redis':
      return overStream('redis', at(6379), redis, ['client'])
    case 'tcp': {
      if (say === undefined) throw mistake('--say is needed: what does it answer with a line?')
      const words = Buffer.from(unescaped(say))
      return overStream('line', at(0), () => said(words), ['client'])
    }
    case 'postgres':
    case 'postgresql': {
      const [, user = 'postgres', host = '', database = user] = /^(?:([^@/]+)@)?([^/]+)(?:\/(.+))?$/.exec(rest) ?? []
      // max_connections is 100 where nobody said otherwise, and the application wants some of them.
      return { ...overStream('postgres', at(5432, host), () => postgres({ user, database }), ['client']), room: 40 }
    }
    case 'http': {
      if (!URL.canParse(target)) throw mistake('no such URL')
      const url = new URL(target)
      const address = at(80, url.host)
      return {
        name: 'http',
        transport: 'tcp',
        speakers: ['client'],
        target: url.href,
        open: async wish => openHttp(url, await next(address), wish, clock),
      }
    }
    case 'udp': {
      const address = at(7000)
      return {
        name: 'udp',
        transport: 'udp',
        speakers: ['client', 'server'],
        target: formatAddress(address),
        open: async wish => openFlow(await next(address), wish, { stream: means.udpStream, token }, clock),
      }
    }
    default:
      throw mistake(`"${scheme}" is not known`)
  }
}

/** `\r`, `\n`, `\0`, `\xff` and `\\` as in a shell's $'...'; a line's end is added where none is. */
function unescaped(text: string): string {
  const meant = text.replace(
    /\\(?:x([0-9a-f]{2})|([rn0\\]))/gi,
    (_, hex: string | undefined, letter: string | undefined) =>
      hex === undefined ? (letters[letter ?? ''] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return meant.endsWith('\n') ? meant : `${meant}\r\n`
}

const letters: Readonly<Record<string, string>> = { r: '\r', n: '\n', '0': '\0', '\\': '\\' }
