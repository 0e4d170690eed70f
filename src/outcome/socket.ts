/** Keepalive as the kernel has it, in seconds; `undefined` where keepalive is off. User timeout in ms, 0 is none. */
export interface SocketOptions {
  readonly keepalive: { readonly idleS: number; readonly intervalS: number; readonly count: number } | undefined
  readonly userTimeoutMs: number
}

/** What the kernel knew of a connection; the fields of `struct tcp_info` (linux/tcp.h) under the kernel's own names. */
export interface TcpInfo {
  /** 1 ESTABLISHED ... 7 CLOSE 8 CLOSE_WAIT (include/net/tcp_states.h). */
  readonly state: number
  readonly retransmits: number
  /** Keepalive probes sent and not answered. */
  readonly probes: number
  readonly backoff: number
  readonly unacked: number
  readonly rtoUs: number
  readonly rttUs: number
  readonly minRttUs: number
  readonly totalRetrans: number
  readonly lastDataSentMs: number
  readonly lastDataRecvMs: number
  readonly lastAckRecvMs: number
}
