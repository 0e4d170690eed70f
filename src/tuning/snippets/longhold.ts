import { defineTarget } from './target.ts'

/** So much longer than the timeout is the silence that shall be survived. */
const beyond = 1.5
const usualS = 900

/** Two cohorts: one that shall survive, and one without keepalive that shows what it survives. */
export const longhold = defineTarget({
  name: 'longhold',
  title: 'longhold: cohorts that prove it',
  language: 'yaml',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs }, timeoutS }) => {
    const silence = `${Math.min(604_800, Math.max(1, Math.ceil((timeoutS ?? usualS) * beyond)))}s`
    return `# longhold client --config this-file
probes:
  - kind: tcp-hold
    name: advised
    to: my-service:7000
    idle: ${silence} # longer than the path remembers
    keepalive: {idle: ${idleS}s, interval: ${intervalS}s, count: ${count}}
    userTimeout: ${userTimeoutMs}ms
  - kind: tcp-hold
    name: without
    to: my-service:7000
    idle: ${silence}
    keepalive: off
`
  },
  notes: () => ['The first survives where the advice holds; the second shows that the path does forget.'],
})
