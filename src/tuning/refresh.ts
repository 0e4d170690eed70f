import type { Found } from './estimate.ts'

/** Whether a keepalive probe counts as traffic on the path. */
export interface Refreshed {
  /** `undefined`: could not be told. */
  readonly refreshes: boolean | undefined
  readonly why: string
}

/** Connections for a keepalive idle: of the shortest more, since a short timeout leaves no others in time. */
const each = (idleS: number): number => (idleS <= 2 ? 6 : 3)
/** A probe has to be well before the timeout. */
const early = 0.75

/** The keepalive idles to try along with a ladder up to `longestMs`, s: whatever the timeout is, some probe in time for it. */
export function probesOf(longestMs: number): readonly number[] {
  const idles: number[] = []
  for (let idle = 1; idle * 1000 < longestMs && idle <= 32_767; idle *= 2)
    for (let n = 0; n < each(idle); n++) idles.push(idle)
  return idles
}

/** Whether a probe after so many seconds comes well before the timeout. */
export const isInTime = (idleS: number, { lowMs }: Pick<Found, 'lowMs'>): boolean => idleS * 1000 <= lowMs * early

/** Compares those that sent probes in time with those that did not, once all were silent for longer than the timeout. */
export function refreshedBy(
  probed: readonly { readonly idleS: number; readonly survived: boolean }[],
  { lowMs, survivedBeyond, beyond }: Pick<Found, 'lowMs' | 'survivedBeyond' | 'beyond'>,
): Refreshed {
  const inTime = probed.filter(({ idleS }) => isInTime(idleS, { lowMs }))
  if (inTime.length === 0)
    return { refreshes: undefined, why: 'the timeout is too short for a keepalive, which the kernel counts in seconds' }
  const lived = inTime.filter(({ survived }) => survived).length
  const says = `${lived} of ${inTime.length} with a keepalive in time lived, ${survivedBeyond} of ${beyond} without`
  const luck = (survivedBeyond + 1) / (beyond + 2)
  if (lived === inTime.length && luck ** lived < 0.01) return { refreshes: true, why: says }
  if (lived < inTime.length * 0.7) return { refreshes: false, why: says }
  return { refreshes: undefined, why: `${says}: too few to tell` }
}
