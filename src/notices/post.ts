import { Pool } from 'undici'
import type { Clock } from '../clock.ts'
import type { Access } from '../evidence/kubernetes/access/access.ts'
import { type CurrentToken, currentToken } from '../evidence/kubernetes/access/token.ts'
import { oneLine } from '../evidence/reason.ts'
import type { Event } from './event.ts'

/** Posts Events to the API server, and can do nothing else there. */
export interface Postbox {
  /** Rejects when the API server did not take it. */
  post(event: Event, namespace: string): Promise<void>
  close(): Promise<void>
}

/** An API server that is busy answers in less, ms. */
const deadlineMs = 10_000

export function postbox(access: Access, clock: Clock): Postbox {
  const token = currentToken(access.token, clock)
  const pool = new Pool(access.origin, { allowH2: false, connections: 1, connect: { ...access.tls, timeout: 5000 } })
  return {
    async post(event, namespace) {
      const path = `${access.prefix}/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`
      const ask = async (again: boolean) => {
        const headers = await headersFor(access, token, again)
        const over = new AbortController()
        const disarm = clock.alarm(deadlineMs, () => over.abort(new Error(`no answer within ${deadlineMs} ms`)))
        try {
          const { statusCode, body } = await pool.request({
            method: 'POST',
            path,
            headers,
            body: JSON.stringify(event),
            signal: over.signal,
          })
          return { statusCode, text: (await body.text()).slice(0, 2000) }
        } finally {
          disarm()
        }
      }
      let answer = await ask(false)
      if (answer.statusCode === 401) answer = await ask(true) // the token was renewed meanwhile
      if (answer.statusCode >= 300) throw new Error(`the API server says ${answer.statusCode}: ${wordsOf(answer.text)}`)
    },
    close: () => pool.destroy(),
  }
}

async function headersFor({ origin }: Access, token: CurrentToken, again: boolean): Promise<Record<string, string>> {
  const bearer = origin.startsWith('https:') ? await token(again) : undefined // never in the clear
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'longhold',
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  }
}

/** The message of a `Status`, or whatever stands in its place. */
function wordsOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    if (typeof message === 'string') return oneLine(message)
  } catch {
    // a proxy in between answers in plain text
  }
  return oneLine(text)
}
