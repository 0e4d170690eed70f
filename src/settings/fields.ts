import { z } from 'zod'
import { duration } from './duration.ts'

/** A name that becomes a metric label and a table row: short, lower case, the same rules as a Kubernetes name. */
export const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: () => 'a name of 1 to 63 lower case letters, digits and dashes',
})

export const port = z.int().min(0).max(65_535)

/** How long each silence lasts: always the same, drawn evenly from a range, or rung by rung from a list. */
export type Idle =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'range'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'rungs'; readonly ms: readonly number[] }

const silence = () => duration({ min: '50ms', max: '7d' })

const fixed = z.codec(silence(), z.object({ kind: z.literal('fixed'), ms: z.number() }), {
  decode: ms => ({ kind: 'fixed' as const, ms }),
  encode: ({ ms }) => ms,
})

const range = z.codec(
  z
    .strictObject({ min: silence(), max: silence() })
    .refine(({ min, max }) => min <= max, { error: () => 'a range with min not above max' }),
  z.object({ kind: z.literal('range'), minMs: z.number(), maxMs: z.number() }),
  {
    decode: ({ min, max }) => ({ kind: 'range' as const, minMs: min, maxMs: max }),
    encode: ({ minMs, maxMs }) => ({ min: minMs, max: maxMs }),
  },
)

const rungs = z.codec(
  z
    .array(silence())
    .min(1, { error: () => 'a list of 1 to 64 rungs' })
    .max(64, { error: () => 'a list of 1 to 64 rungs' }),
  z.object({ kind: z.literal('rungs'), ms: z.array(z.number()) }),
  { decode: ms => ({ kind: 'rungs' as const, ms }), encode: ({ ms }) => ms },
)

/** `15m`, `{min: 5m, max: 20m}` or `[1m, 5m, 15m]` (connection i keeps rung i, in turn). */
export const idle: z.ZodType<Idle> = z.union([fixed, range, rungs], {
  error: () => 'a duration such as 15m, a range {min: 5m, max: 20m}, or a list of rungs [1m, 5m, 15m]; 50ms to 7d each',
})

/** The silences of the `index`th connection, in turn: its rung, or the draw from the range. */
export function silenceOf(idle: Idle, index: number, random: () => number): number {
  if (idle.kind === 'fixed') return idle.ms
  if (idle.kind === 'range') return Math.round(idle.minMs + (idle.maxMs - idle.minMs) * random())
  return idle.ms[index % idle.ms.length] ?? 0
}

/** The longest silence it can ask for, ms. */
export function longestSilence(idle: Idle): number {
  if (idle.kind === 'fixed') return idle.ms
  return idle.kind === 'range' ? idle.maxMs : Math.max(...idle.ms)
}
