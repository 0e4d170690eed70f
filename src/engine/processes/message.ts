import type { ProbeConfig } from '../../config/schema.ts'
import type { Usage } from '../../kernel/usage.ts'
import type { Identity } from '../../outcome/identity.ts'
import type { Observation, OfCohort } from '../../outcome/observation.ts'
import type { RowsAsked } from '../../probes/listed.ts'
import type { Share } from '../../probes/share.ts'
import type { Auth } from '../../settings/secrets.ts'

/** What a worker is to be: told once, first. */
export interface Being {
  readonly share: Share
  /** Of the steady time of the process that started it: see `steadyOrigin`. */
  readonly origin: number
  readonly identity: Identity
  readonly auth: Auth
}

/** What a worker is asked to do; each is answered once. `part` numbers the parts of the configuration that are at work. */
export type Task =
  | { readonly do: 'begin'; readonly part: number; readonly probe: ProbeConfig }
  | { readonly do: 'end'; readonly part: number; readonly drainMs: number }
  | { readonly do: 'list'; readonly asked: RowsAsked }

/** From the process that was started to a worker: plain data, as the structured clone algorithm takes it. */
export type Order =
  | { readonly say: 'be'; readonly being: Being }
  | { readonly say: 'ask'; readonly question: number; readonly task: Task }

/** From a worker. What it told before an answer arrives before it. */
export type News =
  | { readonly say: 'up' }
  | { readonly say: 'told'; readonly observations: readonly Observation[] }
  | { readonly say: 'vital'; readonly vital: Vital }
  | { readonly say: 'answer'; readonly question: number; readonly value?: unknown; readonly mistake?: string }
  | { readonly say: 'log'; readonly level: Level; readonly words: readonly unknown[] }

export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/** How a worker is: sent about once a second, and when a part becomes ready. */
export interface Vital {
  readonly parts: readonly VitalPart[]
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly stalls: number
  readonly usage: Usage
}

export interface VitalPart {
  readonly part: number
  readonly ready: boolean
  /** The exchange due first, at a time (steady ms) and not in a time: this is read up to a second later. */
  readonly next?: { readonly of: OfCohort; readonly due: number; readonly afterMs: number }
}
