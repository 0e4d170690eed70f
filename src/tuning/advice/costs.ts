import { late } from '../../settings/late.ts'
import { latestProbeS, type Setting } from './setting.ts'

/** What a keepalive setting costs, for each connection. */
export interface Costs {
  /** Of a connection that stays idle: probes and their answers. */
  readonly packetsPerDay: number
  /** From the last packet of a dead peer until the socket fails, nothing being in flight; s, by the clock and at the latest. */
  readonly idleDetectionS: number
  readonly idleDetectionAtMostS: number
  /** The same where data waits for its acknowledgement; `undefined`: it is up to tcp_retries2, 15 minutes and more. */
  readonly inFlightDetectionS: number | undefined
}

const dayS = 86_400
/** A probe that is answered starts the silence anew: one pair of packets for each idle time. */
const packetsOfProbe = 2

export function costsOf(setting: Setting): Costs {
  const { idleS, intervalS, userTimeoutMs } = setting
  const idleDetectionS = idleS + intervalS * probesOf(setting)
  return {
    packetsPerDay: (packetsOfProbe * dayS) / idleS,
    idleDetectionS,
    idleDetectionAtMostS: late(idleDetectionS),
    inFlightDetectionS: userTimeoutMs > 0 ? userTimeoutMs / 1000 : undefined,
  }
}

/** The shortest idle that sends no more than so many packets a day, s. */
export const idleWithin = (packetsPerDay: number): number => Math.ceil((packetsOfProbe * dayS) / packetsPerDay)

/**
 * How many probes go unanswered before the socket fails. With TCP_USER_TIMEOUT the count is ignored: it fails when a probe is
 * due, one has been sent, and so much time has passed (net/ipv4/tcp_timer.c, tcp_keepalive_timer). So a user timeout
 * may shorten the detection, and lengthen it as well.
 */
export function probesOf({ idleS, intervalS, count, userTimeoutMs }: Setting): number {
  if (userTimeoutMs === 0) return count
  return Math.max(1, Math.ceil((userTimeoutMs / 1000 - idleS) / intervalS))
}

/**
 * How many probes in a row may get lost on a path that forgets after `timeoutS`: so that the next one still comes in time, and
 * the socket still lives to send it, however late the kernel's timers are. -1: not even the first probe comes in time.
 */
export function toleratedLosses(setting: Setting, timeoutS: number): number {
  const { userTimeoutMs } = setting
  const ends = userTimeoutMs > 0 ? userTimeoutMs / 1000 : Infinity
  const probes = probesOf(setting)
  let lost = -1
  while (lost + 1 < probes) {
    const nextS = latestProbeS(setting, lost + 1)
    if (nextS >= timeoutS || (lost + 1 > 0 && nextS >= ends)) break
    lost++
  }
  return lost
}
