import { defineTarget } from './target.ts'

export const postgresql = defineTarget({
  name: 'postgresql',
  title: 'PostgreSQL, the server',
  language: 'conf',
  text: ({
    setting: { idleS, intervalS, count, userTimeoutMs },
  }) => `# postgresql.conf; new connections have it after pg_reload_conf()
tcp_keepalives_idle = ${idleS}
tcp_keepalives_interval = ${intervalS}
tcp_keepalives_count = ${count}
tcp_user_timeout = ${userTimeoutMs}  # ms, from version 12 on
`,
  notes: () => [
    'Either end is enough to keep a connection known; only an end that probes notices a dead peer (--for libpq).',
  ],
})
