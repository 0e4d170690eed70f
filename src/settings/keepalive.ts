import { z } from 'zod'
import type { SocketOptions } from '../outcome/socket.ts'
import { duration } from './duration.ts'

/**
 * `off`, or idle, interval and count. The kernel counts in whole seconds up to 32767 s; the setting lets a larger one
 * through, so that the kernel's refusal is what people see, with the option it refused.
 */
export const keepalive = z.union(
  [
    z.literal('off'),
    z.strictObject({
      idle: seconds().meta({ description: 'silence before the first probe (TCP_KEEPIDLE)' }),
      interval: seconds().default(10_000).meta({ description: 'between probes (TCP_KEEPINTVL)' }),
      count: z
        .int()
        .min(1)
        .default(3)
        .meta({ description: 'unanswered probes before the kernel gives up (TCP_KEEPCNT)' }),
    }),
  ],
  { error: () => '"off", or {idle: 60s, interval: 10s, count: 3}' },
)
export type Keepalive = z.output<typeof keepalive>

/** TCP_USER_TIMEOUT; `0s` leaves the kernel's own. Where it is set, the kernel ignores keepalive's count. */
export const userTimeout = duration({ max: '1d' }).default(0)

function seconds() {
  return duration({ min: '1s', max: '24h' }).refine(ms => ms % 1000 === 0, {
    error: () => 'a duration of whole seconds, as the kernel counts keepalive',
  })
}

/** The same in the units the kernel takes. */
export function socketOptions(keepalive: Keepalive, userTimeoutMs: number): SocketOptions {
  return {
    keepalive:
      keepalive === 'off'
        ? undefined
        : { idleS: keepalive.idle / 1000, intervalS: keepalive.interval / 1000, count: keepalive.count },
    userTimeoutMs,
  }
}
