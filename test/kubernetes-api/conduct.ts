import type { Rule } from './authorization.ts'

/** How the stand-in behaves: everything a test may want an API server to do, changed while it runs. */
export interface Conduct {
  /** Bearer tokens that are good, and whose they are. */
  tokens: ReadonlyMap<string, string>
  /** What all users may do. */
  rules: readonly Rule[]
  /** How a watch learns that its version is too old. Real ones say it in an event; proxies and old ones by a status. */
  gone: 'event' | 'status'
  /** Watches get their head and then nothing: no event, no bookmark, no end. */
  mute: boolean
  /** Requests get no answer at all. */
  deaf: boolean
  /** So many of the next requests are turned away. */
  throttle: { times: number; readonly retryAfterS: number }
  /** So many of the next requests end in this status. */
  fail: { times: number; readonly code: number }
  bookmarkMs: number
  /** API groups it does not have. */
  without: readonly string[]
}
