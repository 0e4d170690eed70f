/** How a Deployment replaces its pods, as shares of them. */
export interface Strategy {
  readonly maxSurge: number
  readonly maxUnavailable: number
}

/** What Kubernetes does where a Deployment says nothing. */
export const usualStrategy: Strategy = { maxSurge: 0.25, maxUnavailable: 0.25 }

/** What a rolling update of all servers does to them, in multiples of the mean load before it. */
export interface Rolled {
  /** The most any server holds on the way: of the old ones that go last. */
  readonly peak: number
  /** The most and the least afterwards: those that came first hold most. */
  readonly most: number
  readonly least: number
  /** How often a connection is opened anew, in the mean. */
  readonly reopened: number
}

/**
 * Connections stay where they are until their server goes; then they go to those that are ready, alike. So old servers fill up as
 * others go, and the last to come get least. Pods that begin together are taken to become ready together.
 */
export function rollingUpdate(servers: number, { maxSurge, maxUnavailable }: Strategy = usualStrategy): Rolled {
  const unavailable = Math.floor(servers * maxUnavailable)
  const surge = Math.max(Math.ceil(servers * maxSurge), unavailable === 0 ? 1 : 0)
  const old = { count: servers, load: 1 }
  const ready: { readonly count: number; load: number }[] = []
  let [fresh, peak, reopened] = [0, 1, 0]
  while (old.count > 0) {
    const going = Math.min(old.count, old.count + fresh - (servers - unavailable))
    old.count -= going
    const more = (going * old.load) / (old.count + fresh)
    reopened += (going * old.load) / servers
    old.load += more
    for (const group of ready) group.load += more
    peak = Math.max(peak, old.count > 0 ? old.load : 0, ...ready.map(({ load }) => load))
    const count = Math.min(servers - fresh, servers + surge - old.count - fresh)
    if (count > 0) ready.push({ count, load: 0 })
    fresh += count
  }
  const loads = ready.map(({ load }) => load)
  return { peak, most: Math.max(...loads), least: Math.min(...loads), reopened }
}

/**
 * One after the other, without end: the last old server holds e times the mean, since each that goes leaves (1 + 1/M) to all. No
 * strategy is worse, so that servers with this reserve never refuse in a rollout.
 */
export const reserve = Math.E
