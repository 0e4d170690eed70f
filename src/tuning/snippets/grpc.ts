import { defineTarget, type Wanted } from './target.ts'

/** How often it pings, and how long it waits for the answer. */
export const pingsOf = ({ setting: { idleS, intervalS, count } }: Wanted) => ({
  everyS: Math.max(leastS, idleS),
  timeoutS: intervalS * count,
  /** A server ends connections that ping more often: twice as often is forgiven. */
  allowedS: Math.max(1, Math.floor(Math.max(leastS, idleS) / 2)),
})

/** gRPC clients raise what is less. */
const leastS = 10

export const pingNotes = (wanted: Wanted): readonly string[] => [
  'These are HTTP/2 pings: they pass proxies hop by hop, and Linux gets TCP_USER_TIMEOUT from the timeout.',
  'A server ends clients that ping more often than every 5 minutes with GOAWAY too_many_pings, unless it is told otherwise: change the servers first.',
  ...(wanted.setting.idleS < leastS
    ? [
        `gRPC pings every ${leastS} s at the most, and ${wanted.setting.idleS} s are needed: TCP keepalive has to do it (--for kubernetes, sysctl).`,
      ]
    : []),
]

export const grpc = defineTarget({
  name: 'grpc',
  title: 'gRPC channel arguments (C++, Python, Ruby, PHP, Node.js)',
  language: 'python',
  text: wanted => {
    const { everyS, timeoutS, allowedS } = pingsOf(wanted)
    return `client_options = [
    ("grpc.keepalive_time_ms", ${everyS * 1000}),
    ("grpc.keepalive_timeout_ms", ${timeoutS * 1000}),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
]
server_options = [
    ("grpc.http2.min_ping_interval_without_data_ms", ${allowedS * 1000}),
    ("grpc.keepalive_permit_without_calls", 1),
]
`
  },
  notes: pingNotes,
})
