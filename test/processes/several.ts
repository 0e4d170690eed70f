import { once } from 'node:events'
import { freePort } from '../free-port.ts'
import { begin, type Running, written } from '../cli/longhold.ts'

/** One held connection, as `/api/connections` tells it. */
export interface Row {
  readonly id: string
  readonly state: string
  readonly local: string
  readonly exchanges: number
  readonly lastEnd?: { readonly id: string; readonly code: string; readonly planned: boolean }
}

/** What `/api/status` tells of the processes and of what was counted. */
export interface Status {
  readonly processes: {
    readonly wanted: number
    readonly each: readonly { readonly pid: number; readonly connections: number; readonly stalls: number }[]
    readonly restarts: number
  }
  readonly ready: boolean
  readonly verdicts: readonly object[]
  readonly cohorts: readonly {
    readonly side: string
    readonly cohort: string
    readonly open: number
    readonly opened: number
    readonly ends: readonly { readonly fate: string; readonly planned: boolean; readonly count: number }[]
  }[]
}

/** A process of longhold with a web port, and how it is asked. */
export interface Asked extends Running {
  readonly file: string
  json<T>(path: string): Promise<T>
  text(path: string): Promise<string>
  status(): Promise<Status>
  /** Every held connection, page by page. */
  rows(query?: string): Promise<Row[]>
}

const off = { 'tcp-hold': 'off', 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }

/** Starts it and waits until it runs. */
export async function running(command: 'client' | 'server' | 'pair', settings: object): Promise<Asked> {
  const web = await freePort()
  const usual = { web: { listen: `127.0.0.1:${web}` }, journal: 'off', drain: '2s' }
  const file = await written(JSON.stringify({ ...usual, ...settings }))
  const started = begin([command, '--config', file])
  await started.said(`longhold ${command} runs`)
  const text = async (path: string) => (await fetch(`http://127.0.0.1:${web}/${path}`)).text()
  const json = async <T>(path: string) => JSON.parse(await text(path)) as T
  return {
    ...started,
    file,
    text,
    json,
    status: () => json<Status>('api/status'),
    async rows(query = '') {
      const all: Row[] = []
      for (let more = true; more; ) {
        const page: { connections: Row[]; more: boolean } = await json(
          `api/connections?limit=7&offset=${all.length}${query}`,
        )
        all.push(...page.connections)
        ;({ more } = page)
      }
      return all
    },
  }
}

/** A server of both kinds that hold connections, and where it listens. */
export async function server(): Promise<Asked & { readonly tcp: string; readonly http: string }> {
  const [tcp, http] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const answers = { ...off, 'tcp-hold': { listen: tcp }, 'http-hold': { listen: http } }
  return { ...(await running('server', { server: answers })), tcp, http }
}

/** Stops it as `docker stop` does, and tells its exit code. */
export async function stopped({ child, ended }: Running): Promise<number | null> {
  child.kill('SIGTERM')
  return (await ended).code
}

/** Resolves when the process that was killed is gone. */
export async function killed({ child }: Running): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Whether there is such a process, be it only a zombie. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
