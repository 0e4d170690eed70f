import { defineTarget } from './target.ts'

export const ioredis = defineTarget({
  name: 'ioredis',
  title: 'ioredis and node-redis',
  language: 'javascript',
  text: ({ setting: { idleS } }) => `// ioredis: new Redis(ioredis)
export const ioredis = { host: 'redis', port: 6379, keepAlive: ${idleS * 1000} } // ms
// node-redis 5: createClient(nodeRedis)
export const nodeRedis = {
  socket: { host: 'redis', port: 6379, keepAlive: true, keepAliveInitialDelay: ${idleS * 1000} }, // ms
  pingInterval: ${idleS * 1000}, // ms
}
`,
  notes: () => ['They pass on the idle time alone: interval and count are those of Node.js, 1 s and 10 (--for node).'],
})
