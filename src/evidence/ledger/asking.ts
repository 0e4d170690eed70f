import { request } from 'undici'
import type { Clock } from '../../clock.ts'
import { tokenIn } from '../../http/token.ts'
import { classify } from '../../outcome/classify.ts'
import { Problem } from '../../outcome/problem.ts'
import { askerOf, type Peer, tlsTrouble } from '../../secrets/peer.ts'
import { sourceDeadlineMs } from '../read.ts'
import type { Answer } from './parse.ts'

/** A server has so much of the source's deadline to answer: one that is silent must not silence all. */
const share = 0.75
/** An account is a few hundred bytes; a refusal is less. */
const mostBytes = 64 * 1024

/** Resolves with the answer, or with why there was none. */
export interface Asking extends Disposable {
  (url: string): Promise<Answer | { readonly why: string }>
}

/** Asks over HTTP, each question under its own deadline; `deadlineMs` is the source's. */
export function asking(
  clock: Clock,
  { deadlineMs = sourceDeadlineMs, tokenFile, tls }: { deadlineMs?: number; tokenFile?: string; tls?: Peer } = {},
): Asking {
  const patienceMs = Math.round(share * deadlineMs)
  const agent = askerOf(tls, limits)

  async function ask(url: string): Promise<Answer | { readonly why: string }> {
    const over = new AbortController()
    const disarm = clock.alarm(patienceMs, () => over.abort())
    try {
      const headers =
        tokenFile === undefined ? {} : { authorization: `Bearer ${await tokenIn(tokenFile, 'web.tokenFile')}` }
      const { statusCode, body } = await request(url, { dispatcher: await agent, signal: over.signal, headers })
      return { status: statusCode, body: await body.text() }
    } catch (error) {
      return { why: over.signal.aborted ? `no answer within ${patienceMs} ms` : reasonOf(error, tls) }
    } finally {
      disarm()
    }
  }

  return Object.assign(ask, { [Symbol.dispose]: () => void agent.then(made => made.destroy()) })
}

const limits = { pipelining: 0, connections: null, allowH2: false, maxHeaderSize: 8192, maxResponseSize: mostBytes }

function reasonOf(error: unknown, tls: Peer | undefined): string {
  if (error instanceof Problem) return error.message
  const trouble = tlsTrouble(error, tls)
  if (trouble !== undefined) return trouble
  const { fate, code } = classify(error)
  if (fate === 'refused') return 'it refuses connections'
  if (code.startsWith('UND_ERR_RES_EXCEEDED')) return `its answer is larger than ${mostBytes} bytes`
  return fate === 'wrong-reply' ? 'it does not answer in HTTP' : `${fate} (${code})`
}
