import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cpuUs, residentBytes } from './process-tree.ts'

/** What a measured process says of itself. The C holder knows the first four only. */
export interface Report {
  readonly open: number
  readonly exchanges: number
  /** getrusage(2), since it began. */
  readonly userUs: number
  readonly systemUs: number
  readonly heapBytes?: number
  /** Connections that came to an end, and observations marked suspect: a sound run has none of the first. */
  readonly ends?: number
  readonly suspects?: number
}

/** An answered DNS question as longhold recorded it. */
export interface Answered {
  readonly question: string
  readonly at: number
  readonly tookUs: number
}

/** A connection or a question that went wrong, as longhold recorded it. */
export interface Seen {
  /** Its fate. */
  readonly what: string
  /** The local port. */
  readonly port: number
  /** Epoch ms, fractional. */
  readonly at: number
}

/** A process under measurement, asked over a pipe. Ends with its `using` block. */
export interface Subject extends Disposable {
  readonly pid: number
  ask<T = Report>(command: string): Promise<T>
  /** Of the process and those it began: resident memory, bytes, and CPU so far, us. */
  residentBytes(): number
  cpuUs(): number
}

export function subject(command: string, ...words: string[]): Subject {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stdin.on('error', () => {}) // it is gone: the next question says so
  return {
    pid: child.pid ?? 0,
    async ask<T>(question: string): Promise<T> {
      child.stdin.write(`${question}\n`)
      const line = await lines.next()
      if (line.done) throw new Error(`${name(command, words)} ended while it was measured`)
      return JSON.parse(line.value) as T // both ends of the pipe are ours
    },
    residentBytes: () => residentBytes(child.pid ?? 0),
    cpuUs: () => cpuUs(child.pid ?? 0),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

/** A longhold process with this configuration, journal and web off unless it says otherwise. */
export function longhold(command: 'client' | 'server', config: object, ...busy: string[]): Subject {
  const whole = { web: 'off', journal: 'off', log: { level: 'warn' }, ...config }
  return subject(process.execPath, '--expose-gc', peer, command, JSON.stringify(whole), ...busy)
}

/** The half that answers tcp-hold, and nothing else, on any free port. */
export const longholdServer = (): Subject =>
  longhold('server', {
    server: {
      'tcp-hold': { listen: '127.0.0.1:0', maxConnections: 19_000 },
      'http-hold': 'off',
      'udp-echo': 'off',
      dns: 'off',
    },
  })

const peer = fileURLToPath(new URL('peer.ts', import.meta.url))

/** Asks until `enough`. Rejects after `withinMs` with what is missing. */
export async function until<T>(
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  { withinMs, missing }: { readonly withinMs: number; readonly missing: string },
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (enough(answer)) return answer
    if (performance.now() > end) throw new Error(`${missing} within ${withinMs / 1000} s: ${JSON.stringify(answer)}`)
    await sleep(200)
  }
}

/** Runs a command to its end. Rejects with what it wrote to stderr unless it exits with 0. */
export async function finished(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} failed: ${complaint.trim()}`)
  return output
}

const name = (command: string, words: readonly string[]): string =>
  command === process.execPath ? `longhold ${words[2]}` : command
