import type { Clock } from '../clock.ts'
import type { Evidence, Readings, Scope } from '../outcome/evidence.ts'

/** Evidence as it was read for a person. */
export interface Look {
  /** Epoch ms. */
  readonly at: number
  /** What is cheap, read a second before: what counters are compared with. */
  readonly before: Evidence
  readonly now: Evidence
}

/** Between the two readings, ms: what counts is told by the second. */
const apartMs = 1000
/** A look is good for so long, ms: whoever asks how often, we read no oftener. */
export const keptMs = 10_000
/** What is costly (rules, IPVS, kube-proxy) is good for so long, ms; each reading says how old it is. */
export const costlyKeptMs = 60_000

/** Reads evidence when somebody wants to see it. All who ask meanwhile share one look. `ask` never rejects. */
export function looking(ask: (thorough: boolean) => Promise<Evidence>, clock: Clock): () => Promise<Look> {
  let running: Promise<Look> | undefined
  let last: Look | undefined
  let lookedAt = -Infinity
  let whole: Evidence = {}
  let wholeAt = -Infinity

  async function look(): Promise<Look> {
    const before = await ask(false)
    await clock.sleep(apartMs)
    const thorough = clock.steady() - wholeAt >= costlyKeptMs
    const read = await ask(thorough)
    if (thorough) {
      whole = read
      wholeAt = clock.steady()
    }
    last = { at: clock.now(), before, now: thorough ? read : newest(whole, read) }
    lookedAt = clock.steady()
    return last
  }

  return async () => {
    if (last && clock.steady() - lookedAt < keptMs) return last
    running ??= look().finally(() => {
      running = undefined
    })
    return running
  }
}

/** The newest reading of each source. */
function newest(older: Evidence, newer: Evidence): Evidence {
  const scopes = Object.keys({ ...older, ...newer }) as Scope[] // `keys` forgets which
  return Object.fromEntries(scopes.map((scope): [Scope, Readings] => [scope, { ...older[scope], ...newer[scope] }]))
}
