import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { memoryGroup } from './memory.ts'

/** `longhold server` at an address of its own. */
export interface Server {
  /** Lets it say goodbye. */
  stop(): Promise<void>
  /** No goodbye. */
  kill(): Promise<void>
  /** The ids of what its ledger knows as open. */
  open(): Promise<readonly string[]>
}

const launcher = fileURLToPath(new URL('../../../bin/longhold.js', import.meta.url))

export async function startServer(place: string): Promise<Server> {
  const child = spawn(process.execPath, words(place), quiet)
  const exited = once(child, 'exit')
  while (!(await isReady(place))) {
    if (child.exitCode !== null) throw new Error(`the server at ${place} does not start: ${child.exitCode}`)
    await sleep(50)
  }
  return {
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async open() {
      const ids: string[] = []
      for (let offset = 0; ; offset += 1000) {
        const answer = await fetch(`http://${place}:8080/api/ledger?limit=1000&offset=${offset}`)
        const { accounts } = (await answer.json()) as { accounts: { id: string; state: string }[] }
        ids.push(...accounts.filter(({ state }) => state === 'open' || state === 'overdue').map(({ id }) => id))
        if (accounts.length < 1000) return ids
      }
    },
  }
}

/** Starts one that may have less memory than it takes to start, and resolves when the kernel has ended it for that. */
export async function starveServer(place: string): Promise<void> {
  using group = memoryGroup(24 * 2 ** 20)
  const child = spawn('sh', ['-c', `${group.enter}; exec "$0" "$@"`, process.execPath, ...words(place)], quiet)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (signal !== 'SIGKILL')
    throw new Error(`a server with 24 MiB of memory ended with ${signal ?? code}, not by the kernel`)
}

const quiet: SpawnOptions = { stdio: ['ignore', 'ignore', 'inherit'] }

/** What Node is to run: the launcher with a configuration that listens at `place`. */
function words(place: string): string[] {
  const config = {
    identity: { pod: `server-${place.split('.').at(-1)}` },
    web: { listen: `${place}:8080` },
    journal: 'off',
    drain: '2s',
    ledger: { history: 50_000 },
    server: {
      'tcp-hold': { listen: `${place}:7000`, maxConnections: 15_000 },
      'http-hold': { listen: `${place}:7001`, maxConnections: 4000 },
      'udp-echo': { listen: `${place}:7000` },
    },
    log: { level: 'error' },
  }
  const file = `/run/${place}.yaml`
  writeFileSync(file, JSON.stringify(config))
  return [launcher, 'server', '--config', file]
}

const isReady = (place: string): Promise<boolean> =>
  fetch(`http://${place}:8080/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
