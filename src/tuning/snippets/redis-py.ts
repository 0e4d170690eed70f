import { defineTarget } from './target.ts'

export const redisPy = defineTarget({
  name: 'redis-py',
  title: 'redis-py',
  language: 'python',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) => `import socket

import redis

client = redis.Redis(
    host="redis",
    port=6379,
    socket_keepalive=True,
    socket_keepalive_options={
        socket.TCP_KEEPIDLE: ${idleS},
        socket.TCP_KEEPINTVL: ${intervalS},
        socket.TCP_KEEPCNT: ${count},
        socket.TCP_USER_TIMEOUT: ${userTimeoutMs},  # ms
    },
    health_check_interval=${idleS},
)
`,
  notes: () => ['health_check_interval asks with PING before a command on a connection that was silent for so long.'],
})
