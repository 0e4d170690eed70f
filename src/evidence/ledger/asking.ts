import { Agent, request } from 'undici'
import type { Clock } from '../../clock.ts'
import { classify } from '../../outcome/classify.ts'
import type { Answer } from './parse.ts'

/** A server has so long to answer, ms: less than the whole source has, or one that is silent would silence all. */
export const patienceMs = 1500
/** An account is a few hundred bytes; a refusal is less. */
const mostBytes = 64 * 1024

/** Resolves with the answer, or with why there was none. */
export interface Asking extends Disposable {
  (url: string): Promise<Answer | { readonly why: string }>
}

/** Asks over HTTP, each question under its own deadline. */
export function asking(clock: Clock): Asking {
  const agent = new Agent({
    pipelining: 0,
    connections: null,
    allowH2: false,
    maxHeaderSize: 8192,
    maxResponseSize: mostBytes,
  })

  async function ask(url: string): Promise<Answer | { readonly why: string }> {
    const over = new AbortController()
    const disarm = clock.alarm(patienceMs, () => over.abort())
    try {
      const { statusCode, body } = await request(url, { dispatcher: agent, signal: over.signal })
      return { status: statusCode, body: await body.text() }
    } catch (error) {
      return { why: over.signal.aborted ? `no answer within ${patienceMs} ms` : reasonOf(error) }
    } finally {
      disarm()
    }
  }

  return Object.assign(ask, { [Symbol.dispose]: () => void agent.destroy() })
}

function reasonOf(error: unknown): string {
  const { fate, code } = classify(error)
  if (fate === 'refused') return 'it refuses connections'
  if (code.startsWith('UND_ERR_RES_EXCEEDED')) return `its answer is larger than ${mostBytes} bytes`
  return fate === 'wrong-reply' ? 'it does not answer in HTTP' : `${fate} (${code})`
}
