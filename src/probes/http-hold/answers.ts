import { byeHeader, type Farewell, goodbye, readReason, wrong } from './goodbye.ts'
import type { Answer } from './request.ts'

/** What is wrong with an answer, if anything is. A refusal with a reason of our server is its goodbye. */
export function wrongAnswer({ status, headers }: Answer, nonce: string): Farewell | undefined {
  if (status === 200) return headers['longhold-nonce'] === nonce ? undefined : wrong('NONCE')
  const reason = readReason(headers[byeHeader])
  return reason === undefined ? wrong(`STATUS ${status}`) : goodbye(reason)
}

/** A right answer, after which the server closes: it said so, in longhold's words or in HTTP's own. */
export function leaving({ headers }: Answer): Farewell | undefined {
  const reason = readReason(headers[byeHeader])
  if (reason !== undefined) return goodbye(reason)
  const closes = /(?:^|,)\s*close\s*(?:,|$)/i.test(String(headers['connection'] ?? ''))
  return closes ? { word: { fate: 'closed', code: 'CONNECTION CLOSE' }, planned: false } : undefined
}
