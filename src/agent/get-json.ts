import { request } from 'undici'
import { tokenIn } from '../http/token.ts'
import { askerOf, type Peer, schemeOf, tlsTrouble } from '../secrets/peer.ts'
import { Absent } from '../evidence/source.ts'
import { classify } from '../outcome/classify.ts'
import { Problem } from '../outcome/problem.ts'
import { type Address, formatAddress } from '../settings/address.ts'

/** Where an agent is, the token it wants, where it wants one, and how it is known where it talks TLS. */
export interface AgentAt {
  readonly at: Address
  readonly token?: string | undefined
  /** A file with it, read for each question: mounted Secrets rotate. */
  readonly tokenFile?: string | undefined
  readonly tls?: Peer | undefined
}

export interface Got {
  readonly status: number
  /** Whatever JSON it is; `undefined` for what is none. */
  readonly body: unknown
}

/** Bytes of an answer: thousands of virtual servers, and few enough that reading them is no stall. */
const mostBytes = 2 * 1024 * 1024

/** Gets what is at `path` of an agent. Rejects with `Absent` when nobody answers, or too much is answered. */
export async function getJson(agent: AgentAt, path: string, signal: AbortSignal): Promise<Got> {
  const { at, tls } = agent
  const dispatcher = await askerOf(tls)
  try {
    const token = await tokenOf(agent)
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    // A connection kept for the next time may be one that the path forgot.
    const url = `${schemeOf(tls)}://${formatAddress(at)}${path}`
    const { statusCode, body } = await request(url, { dispatcher, headers, signal, reset: true })
    const parts: Buffer[] = []
    let size = 0
    for await (const bytes of body as AsyncIterable<Buffer>) {
      size += bytes.length
      if (size > mostBytes) throw new Absent(`it answers with more than ${mostBytes} bytes`)
      parts.push(bytes)
    }
    return { status: statusCode, body: json(Buffer.concat(parts).toString('utf8')) }
  } catch (error) {
    throw error instanceof Absent ? error : new Absent(tlsTrouble(error, tls) ?? reasonOf(error))
  } finally {
    void dispatcher.destroy()
  }
}

const tokenOf = async ({ token, tokenFile }: AgentAt): Promise<string | undefined> =>
  tokenFile === undefined ? token : tokenIn(tokenFile, 'evidence.agent.tokenFile')

const reasonOf = (error: unknown): string => (error instanceof Problem ? error.message : classify(error).code)

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What somebody else says, fit to be shown to people and written to a line. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)
