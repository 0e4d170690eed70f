import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What a command printed, and how it ended. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Something left running on a host until it is told to stop. */
export interface Running {
  readonly pid: number
  readonly exited: Promise<number>
  /** Ends it: SIGTERM, and SIGKILL after 15 s. Resolves to its exit code, 128 and the signal's number for a signal. */
  stop(): Promise<number>
  /** SIGKILL: no goodbye. */
  kill(): Promise<void>
  /** The last 64 KiB it printed, both streams. */
  printed(): string
  /** Gives it a line to read. */
  tell(line: string): void
}

export interface Options {
  readonly stdin?: string
  /** Exit codes beside 0 that are no failure. */
  readonly allow?: readonly number[]
}

/** Runs a command on a host to its end. Rejects with what it printed when it fails. */
export async function runOn(
  host: string,
  argv: readonly string[],
  { stdin, allow = [] }: Options = {},
): Promise<Finished> {
  const child = spawn('nsenter', [`--net=/run/netns/${host}`, '--', ...argv], { stdio: ['pipe', 'pipe', 'pipe'] })
  const out: string[] = []
  const err: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  child.stdin.on('error', () => {}) // it may end without having read
  child.stdin.end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  const finished = { code: code ?? 128, stdout: out.join(''), stderr: err.join('') }
  if (finished.code !== 0 && !allow.includes(finished.code))
    throw new Error(`on ${host}, "${argv.join(' ')}" failed (${finished.code}): ${finished.stderr || finished.stdout}`)
  return finished
}

/** Starts a command on a host and leaves it running. `onText` gets all that it prints. */
export function startOn(
  host: string,
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  onText: (text: string) => void = () => {},
): Running {
  const child = spawn('nsenter', [`--net=/run/netns/${host}`, '--', ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  child.stdin.on('error', () => {}) // few read, and it may end without having read
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-65_536)
      onText(more)
    })
  const exited = new Promise<number>(resolve => {
    child.once('error', error => {
      text += error.message
      resolve(127)
    })
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  })
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  return {
    pid: child.pid ?? 0,
    exited,
    printed: () => text,
    tell: line => void child.stdin.write(`${line}\n`),
    async stop() {
      if (!isOver()) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
      return exited.finally(() => clearTimeout(timer))
    },
    async kill() {
      if (!isOver()) child.kill('SIGKILL')
      await exited
    },
  }
}
