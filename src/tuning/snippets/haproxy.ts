import { defineTarget } from './target.ts'

export const haproxy = defineTarget({
  name: 'haproxy',
  title: 'HAProxy',
  language: 'haproxy',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) => `defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    option clitcpka
    clitcpka-idle ${idleS}s
    clitcpka-intvl ${intervalS}s
    clitcpka-cnt ${count}
    option srvtcpka
    srvtcpka-idle ${idleS}s
    srvtcpka-intvl ${intervalS}s
    srvtcpka-cnt ${count}

listen service
    bind :8080 tcp-ut ${userTimeoutMs}
    server one 127.0.0.1:9000 tcp-ut ${userTimeoutMs}
`,
  notes: () => [
    'timeout client, server and tunnel count data, not probes: an idle connection lives no longer than they say.',
  ],
})
