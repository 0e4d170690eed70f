import type { RunSpec } from './run-command.ts'

export const server: RunSpec = {
  command: 'server',
  summary: 'answer clients, and keep a ledger of every connection',
  examples: `
Examples:
  longhold server                            answers on 7000 (TCP, UDP) and 7001 (HTTP), ledger on 8080
  longhold server --port 9000 --web-port 9080
  LONGHOLD_NODE=worker-3 longhold server     as a pod would set it`,
}
