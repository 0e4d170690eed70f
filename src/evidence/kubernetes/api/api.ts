import { isDeepStrictEqual } from 'node:util'
import { Pool } from 'undici'
import type { Clock } from '../../../clock.ts'
import type { Access } from '../access/access.ts'
import { type CurrentToken, currentToken } from '../access/token.ts'
import type { Limit } from './limit.ts'
import { whole } from './lines.ts'
import type { Pace } from './pace.ts'
import { refusalOf } from './refusal.ts'

/** The API server, as far as we talk to it: it is only ever asked. */
export interface Api {
  /** The body of an answer with status 200. Rejects with a `Refusal`, `Absent` without credentials, or the system's error. */
  get(path: string, limit: Limit): Promise<AsyncIterable<Buffer>>
  /** Something failed: before the next request the credentials are looked for again. They may have been renewed, or moved. */
  renew(): void
  /** The namespace to fall back to, once it is known. */
  namespace(): string | undefined
  close(): void
}

const mostOfRefusal = 64 * 1024

interface Line {
  readonly access: Access
  readonly pool: Pool
  readonly token: CurrentToken
}

/** `headMs`: from a request to the head of its answer. */
export function apiAt(find: () => Promise<Access>, clock: Clock, { headMs }: Pick<Pace, 'headMs'>): Api {
  let line: Line | undefined
  let finding: Promise<Line> | undefined

  /** Whoever finds nothing new keeps the connections. Watches on the old ones end by themselves. */
  async function found(): Promise<Line> {
    const access = await find()
    if (line && isDeepStrictEqual(line.access, access)) return line
    void line?.pool.close()
    line = { access, pool: poolTo(access), token: currentToken(access.token, clock) }
    return line
  }

  async function ask({ access, pool, token }: Line, path: string, limit: Limit, again: boolean) {
    const bearer = access.origin.startsWith('https:') ? await token(again) : undefined // never in the clear
    const disarm = limit.within(headMs, `no answer within ${headMs} ms`)
    const answer = await pool.request({
      method: 'GET',
      path: `${access.prefix}${path}`,
      signal: limit.signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'longhold',
        ...(bearer && { authorization: `Bearer ${bearer}` }),
      },
    })
    disarm()
    return { ...answer, bearer }
  }

  return {
    async get(path, limit) {
      const at = await (finding ??= found())
      let answer = await ask(at, path, limit, false)
      if (answer.statusCode === 401 && (await at.token(true)) !== answer.bearer) {
        await answer.body.dump()
        answer = await ask(at, path, limit, false)
      }
      const { statusCode: code, headers, body } = answer
      if (code === 200) return body as AsyncIterable<Buffer> // a stream of bytes, as no encoding is set
      const text = await whole(body as AsyncIterable<Buffer>, mostOfRefusal)
      const retryAfter = String(headers['retry-after'] ?? '')
      throw refusalOf(json(text), { code, text, ...(retryAfter && { retryAfter }) })
    },
    renew: () => (finding = undefined),
    namespace: () => line?.access.namespace,
    close: () => void line?.pool.destroy(),
  }
}

/** HTTP/1.1, so that each watch has a connection of its own, and one that is stuck holds up nobody. */
const poolTo = ({ origin, tls }: Access): Pool =>
  new Pool(origin, {
    allowH2: false,
    pipelining: 1,
    connections: 12,
    headersTimeout: 0, // deadlines are the clock's
    bodyTimeout: 0,
    connect: { ...tls, timeout: 5000 },
  })

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
