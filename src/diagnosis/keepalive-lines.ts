import { span } from './span.ts'

/** Remedy lines: keepalive often enough for a path that remembers a silent connection for `ms`, or for at least so long. */
export function keepaliveLines(ms: number): readonly string[] {
  const idleS = keepaliveIdleS(ms)
  return [
    `# Keepalive on either side, idle ${idleS} s or less: a third of ${span(ms)}, so that two probes may be lost.`,
    '# For sockets with SO_KEEPALIVE and no time of their own, in the pod (securityContext.sysctls) or its node:',
    `sysctl -w net.ipv4.tcp_keepalive_time=${idleS}`,
    `# Others set it themselves: TCP_KEEPIDLE=${idleS}, in Node.js socket.setKeepAlive(true, ${idleS * 1000}).`,
  ]
}

/** A third of it; a kernel counts in whole seconds, from 1 on. */
export const keepaliveIdleS = (ms: number): number => Math.max(1, Math.floor(ms / 3000))
