import type { RunSpec } from './run-command.ts'

export const client: RunSpec = {
  command: 'client',
  summary: 'hold connections to a server, ask it over UDP, ask DNS, and record what became of each',
  examples: `
Examples:
  longhold client                                        asks longhold-server and longhold-server-pods
  longhold client --server 10.96.7.7 --pods 10.0.3.4     other addresses, the same cohorts
  longhold client --idle 1m,5m,15m,30m --keepalive off   rungs, to see which silence is too long
  longhold client --once --idle 5m                       one round, as a Job would run it
  longhold client --config longhold.yaml --check         is the file right?`,
}
