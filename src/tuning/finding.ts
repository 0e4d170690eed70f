import { turnbull } from '../stats/interval-censored.ts'
import type { Estimate } from './estimate.ts'
import type { Refreshed } from './refresh.ts'
import { suspectsOf } from './suspects.ts'
import type { Cut, Death, Trial } from './trial.ts'

/** What a search came to, before it is put in words. */
export interface Sought {
  readonly protocol: string
  readonly transport: 'tcp' | 'udp'
  readonly speaker: 'client' | 'server'
  readonly state: 'found' | 'none' | 'interrupted' | 'disturbed'
  readonly estimate: Estimate
  readonly trials: readonly Trial[]
  readonly refreshed: Refreshed
  /** Processes that answered; 0 where they do not say. */
  readonly servers: number
  readonly disturbances: readonly { readonly at: number; readonly what: string; readonly connections: number }[]
  readonly tookMs: number
}

/** A search's answer for one direction: what `--json` prints, units in the names. */
export interface Finding {
  readonly speaker: 'client' | 'server'
  readonly state: Sought['state']
  /** The timeout is above the low and not above the high bound. */
  readonly timeout: { readonly lowSeconds: number; readonly highSeconds: number; readonly confidence: number } | null
  /** The longest silence that was survived. */
  readonly survivedSeconds: number
  /** Whether connections end as the timeout expires, or only the next word finds out. */
  readonly ends: 'at the moment of expiry' | 'at the first word' | null
  readonly how: Readonly<Partial<Record<Death | Cut, number>>>
  readonly says: string
  readonly peerSaid: string | null
  readonly survivedBeyond: number
  readonly beyond: number
  readonly keepaliveRefreshes: boolean | null
  readonly keepaliveWhy: string
  readonly suspects: readonly { readonly name: string; readonly seconds: number; readonly setAt: string }[]
  readonly notTold: readonly string[]
  readonly disturbances: readonly { readonly atMs: number; readonly what: string; readonly connections: number }[]
  readonly connections: number
  readonly tookSeconds: number
  /** The survival curve: the share that dies after `leftSeconds` and not after `rightSeconds` (null: later than anybody looked). */
  readonly deaths: readonly {
    readonly leftSeconds: number
    readonly rightSeconds: number | null
    readonly share: number
  }[]
}

export function findingOf(sought: Sought): Finding {
  const { speaker, state, estimate, trials, refreshed, disturbances, tookMs } = sought
  const found = estimate.kind === 'open' || state === 'disturbed' ? undefined : estimate
  return {
    speaker,
    state,
    timeout: found ? { lowSeconds: seconds(found.lowMs), highSeconds: seconds(found.highMs), confidence: 0.95 } : null,
    survivedSeconds: seconds(longestOf(trials)),
    ends: found ? (found.kind === 'cut' ? 'at the moment of expiry' : 'at the first word') : null,
    how: Object.fromEntries(found?.how ?? []),
    says: sentence(sought),
    peerSaid: found?.said ?? null,
    survivedBeyond: found?.survivedBeyond ?? 0,
    beyond: found?.beyond ?? 0,
    keepaliveRefreshes: refreshed.refreshes ?? null,
    keepaliveWhy: refreshed.why,
    suspects: found
      ? suspectsOf(found, sought.transport).map(({ name, seconds: at, setAt }) => ({
          name,
          seconds: at,
          setAt,
        }))
      : [],
    notTold: notTold(sought),
    disturbances: disturbances.map(({ at, what, connections }) => ({ atMs: at, what, connections })),
    connections: trials.length,
    tookSeconds: seconds(tookMs),
    deaths: turnbull(trials.map(censored)).map(({ left, right, share }) => ({
      leftSeconds: seconds(left),
      rightSeconds: right === Infinity ? null : seconds(right),
      share: Math.round(share * 1e4) / 1e4,
    })),
  }
}

const longestOf = (trials: readonly Trial[]): number =>
  trials.reduce((most, { outcome, silenceMs }) => (outcome === 'survived' ? Math.max(most, silenceMs) : most), 0)

/** Who survived dies later, if ever; who was found dead died some time before; who was cut died then. */
function censored({ outcome, silenceMs }: Trial): { left: number; right: number } {
  if (outcome === 'survived') return { left: silenceMs, right: Infinity }
  return outcome === 'died'
    ? { left: 0, right: Math.max(silenceMs, 1e-3) }
    : { left: Math.max(0, silenceMs - 1), right: Math.max(silenceMs, 1e-3) }
}

function sentence({ state, estimate, trials, speaker, transport }: Sought): string {
  if (state === 'disturbed')
    return 'Something kept killing connections whatever their age: no timeout can be measured while that goes on.'
  if (estimate.kind === 'open') {
    const lived = `silences up to ${inWords(estimate.lowMs)} were survived`
    const cuts = trials.filter(({ outcome }) => outcome === 'cut').length
    const died = trials.filter(({ outcome }) => outcome === 'died').length
    if (cuts + died > 0) return `No timeout: ${lived}, and the ${cuts + died} that ended have no age in common.`
    return state === 'interrupted' ? `Nothing died so far: ${lived}.` : `Nothing died: ${lived}.`
  }
  const { lowMs, highMs, how, kind, beyond, survivedBeyond } = estimate
  const range = lowMs > 0 ? `${inWords(lowMs)} to ${inWords(highMs)}` : `at most ${inWords(highMs)}`
  if (kind === 'cut') return `${range}: ${cutWords[(how[0]?.[0] ?? 'closed') as Cut]}, whoever is silent.`
  const who = speaker === 'server' ? 'the server speaks first' : 'the client speaks first'
  const some = survivedBeyond > 0 ? ` (${beyond - survivedBeyond} of ${beyond} beyond it died)` : ''
  const what = transport === 'udp' ? 'the flow is forgotten' : 'the connection is forgotten'
  return `${range}: ${what}; where ${who}, ${deathWords[(how[0]?.[0] ?? 'reset') as Death]}${some}.`
}

const cutWords: Readonly<Record<Cut, string>> = {
  reset: 'a RST comes as it expires, to us at least',
  closed: "a FIN comes: it is the peer's own idle timeout, or that of a proxy that speaks for it",
  'gave-up': 'the kernel gave up on keepalive probes nobody answered',
}

const deathWords: Readonly<Record<Death, string>> = {
  reset: 'its first word draws a RST at once',
  unanswered: 'its first word meets silence',
  closed: 'its first word draws a FIN',
  unheard: 'its word never arrives, and the client still takes the connection for open',
  elsewhere: 'its next datagram goes to another server',
}

function notTold({ state, estimate, protocol, transport, speaker, servers, trials }: Sought): string[] {
  const found = estimate.kind !== 'open'
  const told: string[] = []
  if (speaker === 'client' && !found && state === 'none' && protocol === 'longhold' && servers <= 1)
    told.push(
      'With a single backend an expired entry heals silently where the client speaks first: the server-first ladder tells.',
    )
  if (speaker === 'client' && !found && protocol !== 'longhold' && transport === 'tcp')
    told.push(
      'A NAT that forgets may heal silently where the client speaks first and there is one backend; only a longhold server can speak first.',
    )
  if (speaker === 'client' && transport === 'udp')
    told.push(
      'Where the client speaks first, a forgotten UDP flow shows only if another server answers: the server-first ladder tells.',
    )
  if (found && estimate.kind === 'died' && estimate.lowMs === 0)
    told.push('Even the shortest silence was fatal: --min says where to begin.')
  if (found && estimate.kind === 'cut' && estimate.how[0]?.[0] === 'closed')
    told.push('A FIN does not say who sent it: the peer, or a proxy on the way.')
  if (trials.length === 0) told.push('Nothing was measured.')
  return told
}

/** `3.12 s`, `14m 40s`: as precise as it was measured. */
export function inWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 10_000_000) return `${Math.round(ms / 1000)} s`
  return `${(ms / 3_600_000).toFixed(2)} h`
}

const seconds = (ms: number): number => Math.round(ms) / 1000
