import { defineTarget } from './target.ts'

export const mysql = defineTarget({
  name: 'mysql',
  title: 'MariaDB and MySQL, the server',
  language: 'ini',
  text: ({ setting: { idleS, intervalS, count } }) => `[mariadbd]
# MariaDB 10.3 and later
tcp_keepalive_time = ${idleS}
tcp_keepalive_interval = ${intervalS}
tcp_keepalive_probes = ${count}
`,
  notes: () => [
    'MySQL turns keepalive on and takes no times: set the sysctls of its pod or host (--for kubernetes, sysctl).',
    'Neither sets the user timeout. wait_timeout, 8 h by default, counts queries, not probes.',
  ],
})
