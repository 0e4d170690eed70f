import { z } from 'zod'
import { ending, type LedgerFact } from './facts.ts'

/** An answer over HTTP that is whole. */
export interface Answer {
  readonly status: number
  readonly body: string
}

const instance = z.string().min(1).max(64)
const server = z.object({ instance })
const account = z.object({
  server: server.optional(),
  id: z.string(),
  state: z.enum(['open', 'overdue', 'ended']),
  remote: z.string().max(128),
  lastAt: z.number(),
  exchanges: z.number(),
  ending: ending.optional(),
})
const refusal = z.object({ error: z.string(), server: server.optional() })

/** What a server's answer says of the connection it was asked about. Whoever is not a ledger is unreachable, with the reason. */
export function parseAnswer(asked: { readonly id: string; readonly instance: string }, answer: Answer): LedgerFact {
  const said = json(answer.body)
  if (answer.status === 404) return unknown(asked, said)
  if (answer.status !== 200) return unreachable(asked, `it answered ${answer.status}${whyOf(said)}`)
  const { data } = account.safeParse(said)
  if (!data) return unreachable(asked, 'its answer is no account of a connection')
  if (data.id !== asked.id) return unreachable(asked, 'it answered about another connection')
  const { server, state, remote, lastAt, exchanges, ending } = data
  return {
    ...asked,
    ...(server && { answeredBy: server.instance }),
    state,
    remote,
    lastAt,
    exchanges,
    ...(ending && { ending }),
  }
}

/** A longhold server says what it wants of who asks. */
function whyOf(said: unknown): string {
  const { data } = refusal.safeParse(said)
  return data ? `: ${printable(data.error)}` : ''
}

/** Only a ledger names itself when it knows nothing: a 404 without a name is anybody's. */
function unknown(asked: { readonly id: string; readonly instance: string }, said: unknown): LedgerFact {
  const { data } = refusal.safeParse(said)
  if (data?.server) return { ...asked, answeredBy: data.server.instance, state: 'unknown' }
  return unreachable(asked, data ? `it answered 404: ${printable(data.error)}` : 'it answered 404, and is no ledger')
}

export const unreachable = (asked: { readonly id: string; readonly instance: string }, why: string): LedgerFact => ({
  ...asked,
  state: 'unreachable',
  why,
})

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A stranger's words, safe to print. */
const printable = (text: string): string => text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')
