import type { Observation, Path, Speaker } from '../src/outcome/observation.ts'
import { storyBegins } from './stories.ts'

/** What becomes of a silence that began at `fromS` and is to last `idleS`: the end of it, and when, where it is cut. */
export type Fortune = 'survived' | 'reset' | 'unheard' | { readonly cutS: number } | { readonly plannedS: number }

export interface Rungs {
  readonly cohort?: string
  readonly path?: Path
  readonly speaker?: Speaker
  /** Seconds of silence, of each rung. */
  readonly idleS: readonly number[]
  /** Connections a rung. */
  readonly each?: number
  readonly fromS?: number
  readonly toS: number
  readonly fortune?: (silence: { readonly fromS: number; readonly idleS: number; readonly i: number }) => Fortune
}

/** A cohort with idle rungs, as its client would have seen it: each connection is silent, speaks, is silent again; who dies is back a second later. */
export function rungs({ idleS, each = 4, fromS = 0, toS, fortune = () => 'survived', ...of }: Rungs): Observation[] {
  const told: Observation[] = [withoutKeepalive(fromS, of)]
  for (const [rung, idle] of idleS.entries())
    for (let i = 0; i < each; i++) {
      const id = `${rung}-${i}`
      // They begin apart, as a spread has it, and their timers ring late, never alike.
      let at = fromS + (i / each) * Math.min(10, idle)
      for (let n = 0; ; n++) {
        const silence = { fromS: at, idleS: idle + ((i * 7 + n * 3) % 10) / 1000, i: i + n }
        const [end, next] = endOf(silence, fortune(silence), { ...of, id })
        if (end.at > storyBegins + toS * 1000) break
        told.push(end)
        at = next
      }
    }
  return told.toSorted((a, b) => a.at - b.at)
}

function withoutKeepalive(
  s: number,
  { cohort = 'rungs', path = 'service' }: Pick<Rungs, 'cohort' | 'path'>,
): Observation {
  const off = { keepalive: undefined, userTimeoutMs: 0 }
  const of = { side: 'client', kind: 'tcp-hold', cohort, path } as const
  return { type: 'options-set', ...of, configured: off, effective: off, ...stamp(s) }
}

const stamp = (s: number) => ({ at: storyBegins + s * 1000, steady: s * 1000 })

type Of = Pick<Rungs, 'cohort' | 'path' | 'speaker'> & { readonly id: string }

function endOf(
  { fromS, idleS }: { fromS: number; idleS: number },
  end: Fortune,
  { cohort = 'rungs', path = 'service', speaker = 'client', id }: Of,
): [Observation, number] {
  const of = { side: 'client', kind: 'tcp-hold', cohort, path, id } as const
  const [cut, planned] = typeof end === 'object' ? ['cutS' in end, 'plannedS' in end] : [false, false]
  const lastedS = typeof end === 'object' ? ('cutS' in end ? end.cutS : end.plannedS) : idleS
  if (end === 'survived')
    return [
      { type: 'exchanged', ...of, speaker, idleMs: idleS * 1000, tookUs: 500, ...stamp(fromS + idleS + 0.0005) },
      fromS + idleS + 0.0005,
    ]
  const zombie = speaker === 'server' && !cut && !planned
  const waitedS = lastedS + (zombie ? 6 : 0)
  const tookUs = end === 'unheard' ? 5e6 : 500
  const diedS = fromS + waitedS + (cut || planned ? 0 : tookUs / 1e6)
  return [
    {
      type: 'ended',
      ...of,
      fate: planned ? 'closed' : end === 'unheard' ? 'timeout' : 'reset',
      phase: cut || planned ? 'idle' : 'exchange',
      code: planned ? 'BYE draining' : end === 'unheard' ? 'DEADLINE' : 'ECONNRESET read',
      planned,
      idleMs: waitedS * 1000,
      tookUs: cut || planned ? 0 : tookUs,
      exchanges: 1,
      lifetimeMs: waitedS * 1000,
      zombie,
      ...stamp(diedS),
    },
    diedS + 1,
  ]
}

/** Forgotten after so long: whoever speaks later is reset, but for one in `luck` that finds its backend again. */
export const forgottenAfter =
  (timeoutS: number, luck = Infinity): NonNullable<Rungs['fortune']> =>
  ({ idleS, i }) =>
    idleS > timeoutS && i % luck !== 0 ? 'reset' : 'survived'
