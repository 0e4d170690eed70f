import { request } from 'undici'
import { Absent } from '../evidence/source.ts'
import { classify } from '../outcome/classify.ts'
import { type Address, formatAddress } from '../settings/address.ts'

/** Where an agent is, and the token it wants, where it wants one. */
export interface AgentAt {
  readonly at: Address
  readonly token?: string | undefined
}

export interface Got {
  readonly status: number
  /** Whatever JSON it is; `undefined` for what is none. */
  readonly body: unknown
}

/** Bytes of an answer: thousands of virtual servers, and few enough that reading them is no stall. */
const mostBytes = 2 * 1024 * 1024

/** Gets what is at `path` of an agent. Rejects with `Absent` when nobody answers, or too much is answered. */
export async function getJson({ at, token }: AgentAt, path: string, signal: AbortSignal): Promise<Got> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  try {
    // A connection kept for the next time may be one that the path forgot.
    const { statusCode, body } = await request(`http://${formatAddress(at)}${path}`, { headers, signal, reset: true })
    const parts: Buffer[] = []
    let size = 0
    for await (const bytes of body as AsyncIterable<Buffer>) {
      size += bytes.length
      if (size > mostBytes) throw new Absent(`it answers with more than ${mostBytes} bytes`)
      parts.push(bytes)
    }
    return { status: statusCode, body: json(Buffer.concat(parts).toString('utf8')) }
  } catch (error) {
    throw error instanceof Absent ? error : new Absent(classify(error).code)
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What somebody else says, fit to be shown to people and written to a line. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)
