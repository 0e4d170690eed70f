import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from './inside.ts'
import { type NodeName, nodes } from './places.ts'
import { type Running, startOn } from './processes.ts'

const launcher = fileURLToPath(new URL('../../../bin/longhold.js', import.meta.url))
const port = 7002

/** Where the agent of a node listens. */
export const agentOf = (node: NodeName): string => `${nodes[node].address}:${port}`

/** Starts `longhold agent` on a node, and resolves when it answers. */
export async function startAgent(node: NodeName, deadline: string): Promise<Running> {
  const running = startOn(node, [
    process.execPath,
    launcher,
    'agent',
    '--listen',
    agentOf(node),
    '--deadline',
    deadline,
  ])
  let isOver = false
  void running.exited.then(() => (isOver = true))
  while (!(await answers(node))) {
    if (isOver) throw new Error(`longhold agent on ${node} does not start: ${running.printed()}`)
    await sleep(50)
  }
  return running
}

const answers = (node: NodeName): Promise<boolean> =>
  get(node, '/healthz', port, nodes[node].address).then(
    ({ status }) => status === 200,
    () => false,
  )
