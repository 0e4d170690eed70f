import { unproven } from '../../secrets/proof.ts'
import { malformations } from '../../wire/frame.ts'

/** Why a connection was turned away. Closed: it is a metric label. */
export const rejections = [
  ...malformations,
  'bad-hello',
  'no-hello',
  ...unproven,
  'duplicate-id',
  'half-frame',
  'not-reading',
  'flood',
  'max-connections',
] as const
export type Rejection = (typeof rejections)[number]

/** Frames in one read: a peer that waits for its answers has a pong, a ping and a bye under way, and no more. */
export const mostAtOnce = 8
/** Exchanges so far that `ageMs` of silences of at least 50 ms (wire/hello.ts) cannot explain: twice as many, and a few. */
export const tooMany = (exchanges: number, ageMs: number): boolean => exchanges > 100 + ageMs / 25
