import type { Clock } from '../../../clock.ts'
import type { Token } from './access.ts'
import { readText } from './files.ts'

/** A file is read again after so long, ms: the kubelet writes a new token when 80 % of the old one's life are over. */
const freshMs = 30_000

/** The token for the next request. `again` reads the file whatever its age: the last one was refused. */
export type CurrentToken = (again?: boolean) => Promise<string | undefined>

export function currentToken(token: Token | undefined, clock: Clock): CurrentToken {
  if (token === undefined) return () => Promise.resolve(undefined)
  if ('text' in token) return () => Promise.resolve(token.text)
  const { file } = token
  let kept: { readonly text: string; readonly at: number } | undefined
  return async (again = false) => {
    if (kept && !again && clock.steady() - kept.at < freshMs) return kept.text
    kept = { text: (await readText(file)).trim(), at: clock.steady() }
    return kept.text
  }
}
