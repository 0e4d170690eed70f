import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A pair that never rests, with its journal in a folder, as a process of its own. */
export interface Load {
  readonly child: ChildProcess
  /** `/api/status`, as far as these tests look. Rejects when nobody answers. */
  status(): Promise<Status>
  /** Ends it at once, and resolves when it is gone. */
  kill(): Promise<void>
}

export interface Status {
  readonly runs: number
  readonly cohorts: readonly {
    readonly side: string
    readonly cohort: string
    readonly opened: number
    readonly exchanges: number
  }[]
  readonly probes: readonly { readonly probe: string; readonly mode: string; readonly asked: number }[]
  readonly journal: {
    readonly written: number
    readonly synced: number
    readonly missed: number
    readonly stopped?: string
  }
}

export interface Ports {
  readonly hold: number
  readonly http: number
  readonly web: number
}

const launcher = fileURLToPath(new URL('../../bin/longhold.js', import.meta.url))

const at = (port: number) => `127.0.0.1:${port}`
const hurried = { spread: '0s', reconnect: { base: '50ms', cap: '200ms' } }

/** Starts it and resolves when it is ready. Rejects with what it printed when it ends first. `dir` holds journal and configuration. */
export async function startLoad(dir: string, { hold, http, web }: Ports): Promise<Load> {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'longhold.yaml')
  writeFileSync(
    file,
    JSON.stringify({
      web: { listen: at(web) },
      // Room for all of it: what is counted in the end is every line there ever was.
      journal: { dir: join(dir, 'journal'), maxBytes: '1GiB', interval: '1s' },
      evidence: 'off',
      drain: '1s',
      server: { 'tcp-hold': { listen: at(hold) }, 'http-hold': { listen: at(http) }, 'udp-echo': { listen: at(hold) } },
      probes: [
        { kind: 'tcp-hold', name: 'busy', to: at(hold), connections: 100, idle: '150ms', ...hurried },
        {
          kind: 'tcp-hold',
          name: 'server-speaks',
          to: at(hold),
          connections: 30,
          idle: '150ms',
          speaker: 'server',
          ...hurried,
        },
        { kind: 'http-hold', name: 'http', to: at(http), connections: 20, idle: '150ms', ...hurried },
        { kind: 'udp-echo', name: 'echo', to: at(hold), every: '20ms', timeout: '1s' },
      ],
    }),
  )
  const child = spawn(process.execPath, [launcher, 'pair', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)))
  let isOver = false
  const exited = once(child, 'exit').then(() => (isOver = true))
  const load: Load = {
    child,
    status: async () => JSON.parse((await get(web, '/api/status')).text) as Status,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
  while (
    !(await get(web, '/readyz').then(
      ({ code }) => code === 200,
      () => false,
    ))
  ) {
    if (isOver) throw new Error(`it does not start: ${said}`)
    await sleep(10)
  }
  return load
}

async function get(port: number, path: string): Promise<{ code: number; text: string }> {
  const asking = request({ host: '127.0.0.1', port, path, agent: false, timeout: 10_000 })
  asking.on('timeout', () => asking.destroy(new Error('no answer')))
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { code: response.statusCode ?? 0, text }
}
