import { late } from '../../settings/late.ts'

/** Keepalive and user timeout of a socket, in the units of the kernel. */
export interface Setting {
  /** TCP_KEEPIDLE, s. */
  readonly idleS: number
  /** TCP_KEEPINTVL, s. */
  readonly intervalS: number
  /** TCP_KEEPCNT. */
  readonly count: number
  /** TCP_USER_TIMEOUT, ms; 0 is none. */
  readonly userTimeoutMs: number
}

/** What the kernel takes (net/ipv4/tcp.c: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT). */
export const most = { idleS: 32_767, intervalS: 32_767, count: 127 } as const

/** What a socket with SO_KEEPALIVE and nothing else gets (net/ipv4/tcp.c: TCP_KEEPALIVE_TIME, _INTVL, _PROBES). */
export const kernelDefault: Setting = { idleS: 7200, intervalS: 75, count: 9, userTimeoutMs: 0 }

/** The latest moment after the last packet, s, at which the kernel sends the probe that comes after `lost` lost ones. */
export const latestProbeS = ({ idleS, intervalS }: Pick<Setting, 'idleS' | 'intervalS'>, lost: number): number =>
  late(idleS + lost * intervalS)
