import type { RunSpec } from './run-command.ts'

export const pair: RunSpec = {
  command: 'pair',
  summary: 'both halves in this process, over loopback: the first look, and the default',
  examples: `
Examples:
  longhold pair                       what a minute of it looks like
  longhold pair --for 1m --no-table   the same as JSON lines, then a clean end
  longhold pair --once                one round, a conclusion, an exit code
  longhold pair --print-config        what it runs with, as a file to start from`,
}
