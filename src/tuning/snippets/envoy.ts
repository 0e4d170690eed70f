import { defineTarget } from './target.ts'

export const envoy = defineTarget({
  name: 'envoy',
  title: 'Envoy',
  language: 'yaml',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) => `# in a cluster: towards upstreams
upstream_connection_options:
  tcp_keepalive:
    keepalive_time: ${idleS}
    keepalive_interval: ${intervalS}
    keepalive_probes: ${count}
upstream_bind_config:
  socket_options:
    - {description: TCP_USER_TIMEOUT, level: 6, name: 18, int_value: ${userTimeoutMs}, state: STATE_PREBIND}
---
# in a listener: towards clients (Linux)
socket_options:
  - {description: SO_KEEPALIVE, level: 1, name: 9, int_value: 1, state: STATE_PREBIND}
  - {description: TCP_KEEPIDLE, level: 6, name: 4, int_value: ${idleS}, state: STATE_PREBIND}
  - {description: TCP_KEEPINTVL, level: 6, name: 5, int_value: ${intervalS}, state: STATE_PREBIND}
  - {description: TCP_KEEPCNT, level: 6, name: 6, int_value: ${count}, state: STATE_PREBIND}
  - {description: TCP_USER_TIMEOUT, level: 6, name: 18, int_value: ${userTimeoutMs}, state: STATE_PREBIND}
`,
  notes: () => ['Envoy’s own idle_timeout, 1 h by default, counts data, not probes.'],
})
