/** What operators do every day: a rolling update, a scale to zero and back, a restart of the client. */
export type Act = 'rollout' | 'zero' | 'restart'

export interface Soak {
  readonly forMs: number
  readonly rollouts: number
}

export interface Planned {
  readonly act: Act
  /** Since the beginning. */
  readonly atMs: number
}

/** Whoever was sent away has to come back before the next act: reconnects wait up to ten seconds. */
const leastBetweenMs = 20_000
const others = { zero: 2, restart: 2 }

/** Evenly spread over the time, and well mixed: rollouts are about as far from each other as from the beginning and the end. */
export function planOf({ forMs, rollouts }: Soak): readonly Planned[] {
  const acts = [...spread('rollout', rollouts), ...spread('zero', others.zero), ...spread('restart', others.restart)]
  return acts
    .toSorted((a, b) => a.place - b.place)
    .map(({ act }, index) => ({ act, atMs: Math.round(betweenMs({ forMs, rollouts }) * (index + 1)) }))
}

/** From one act to the next, and from the last to the end. */
export const betweenMs = ({ forMs, rollouts }: Soak): number => forMs / (rollouts + others.zero + others.restart + 1)

/** The shortest time in which so many rollouts are no hurry. */
export const shortestMs = (rollouts: number): number => leastBetweenMs * (rollouts + others.zero + others.restart + 1)

/** Scale to zero is a step ahead of a restart where both would be at the same place. */
function spread(act: Act, count: number) {
  const ahead = { rollout: 0, zero: -0.05, restart: 0.05 }[act]
  return Array.from({ length: count }, (_, index) => ({ act, place: (index + 0.5) / count + ahead }))
}
