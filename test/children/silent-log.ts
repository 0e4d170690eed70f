import type { Log } from '../../src/log.ts'

const nothing = () => {}
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** A log that keeps its sentences. */
export function listeningLog(): Log & { readonly said: string[] } {
  const said: string[] = []
  const say = (...words: unknown[]) => void said.push(String(words.at(-1)))
  return { debug: say, info: say, warn: say, error: say, said }
}
