import { defineTarget } from './target.ts'

export const redis = defineTarget({
  name: 'redis',
  title: 'Redis and Valkey, the server',
  language: 'conf',
  text: ({ setting: { idleS } }) => `# redis.conf
tcp-keepalive ${idleS}
`,
  notes: ({ setting: { idleS } }) => [
    `The server makes the rest itself: an interval of a third, ${Math.max(1, Math.floor(idleS / 3))} s, and 3 probes. Its timeout setting, off by default, counts commands, not probes.`,
  ],
})
