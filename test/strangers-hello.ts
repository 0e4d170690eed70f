import type { Hello } from '../src/wire/hello.ts'

/** What a stranger may say to a server that nobody told of it: sound, and silent for ten minutes. */
export const strangersHello: Hello = {
  id: 'stranger',
  cohort: 'c',
  path: 'service',
  speaker: 'client',
  idleMs: [600_000],
  deadlineMs: 5000,
  from: { pod: 'p', node: 'n', ip: '127.0.0.1', instance: 'i' },
}
