import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Problem } from '../../../src/outcome/problem.ts'
import { image } from './image.ts'
import { machine, ports } from './machine.ts'
import { missingForGuest } from './needs.ts'
import { projectDisk } from './project.ts'

export interface GuestJob {
  /** What the lab is called with, in there. */
  readonly args: readonly string[]
  /** Each line it prints, as it comes. */
  readonly onLine: (line: string) => void
  /** What it leaves in /results comes here. */
  readonly results?: string
  readonly signal?: AbortSignal
  /** Default: an hour. */
  readonly timeoutMs?: number
  /** Told what takes long before the guest runs. */
  readonly say?: (text: string) => void
}

/**
 * Runs the lab in a QEMU guest whose kernel has IPVS; without a network device. Resolves to its exit code. Rejects with the
 * last words of its kernel when it dies, hangs or does not boot. QEMU ends with us, also when we are killed.
 */
export async function runInGuest({ args, ...job }: GuestJob): Promise<number> {
  return runCommand({ ...job, command: `exec node test/lab/lab.js ${args.map(quoted).join(' ')}` })
}

/** The same for any shell command, run in /longhold, where this project is. */
export async function runCommand({
  command,
  onLine,
  results,
  signal,
  timeoutMs = 3_600_000,
  say = () => {},
}: Omit<GuestJob, 'args'> & { readonly command: string }): Promise<number> {
  const missing = missingForGuest()
  if (missing !== undefined) throw new Problem(missing)
  const built = await image(say)
  const project = await projectDisk(say)
  const folder = await mkdtemp(join(tmpdir(), 'longhold-guest-'))
  const told = { console: join(folder, 'console'), results: join(folder, 'results.tar') }
  try {
    const disks = [project, await jobDisk(folder, command)]
    const qemu = [...machine(built, disks), '-serial', `file:${told.console}`, ...ports(told.results)]
    const { code, why } = await run(qemu, { onLine, timeoutMs, signal })
    if (code === undefined) throw new Error(`the guest ${why}; its last words: ${await lastWords(told.console)}`)
    if (results !== undefined) {
      await mkdir(results, { recursive: true })
      await promisify(execFile)('tar', ['-xf', told.results, '-C', results])
    }
    return code
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A disk that is nothing but text, as long as whole sectors are. */
export async function jobDisk(folder: string, command: string): Promise<string> {
  const text = Buffer.from(`${command}\n`)
  const path = join(folder, 'job')
  await writeFile(path, Buffer.concat([text, Buffer.alloc(-text.length & 511, '\n')]))
  return path
}

interface Watch {
  readonly onLine: (line: string) => void
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Runs QEMU to its end. Resolves to what the job in there ended with, or to why nobody knows. */
async function run(argv: readonly string[], { onLine, timeoutMs, signal }: Watch) {
  const qemu = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'], // at the end of its input QEMU would take the guest's output for unplugged
    detached: true, // Ctrl-C is ours to pass on
  })
  let [complained, why, code] = ['', 'died', undefined as number | undefined]
  qemu.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
  const lines = createInterface({ input: qemu.stdout })
  lines.on('line', line => {
    const ended = /^the job ended with (\d+)$/.exec(line)?.[1]
    if (ended === undefined) onLine(line)
    else code = Number(ended)
  })
  const stop = (reason: string) => {
    why = reason
    qemu.kill('SIGKILL')
  }
  const aborted = () => stop('was told to stop')
  const timer = setTimeout(() => stop(`did not end within ${timeoutMs / 1000} s`), timeoutMs)
  signal?.addEventListener('abort', aborted, { once: true })
  if (signal?.aborted) aborted()
  await Promise.all([once(qemu, 'exit'), once(lines, 'close')])
  clearTimeout(timer)
  signal?.removeEventListener('abort', aborted)
  return { code, why: `${why}${complained && ` (${complained.trim()})`}` }
}

/** From where the kernel says that it is over, if it does. */
async function lastWords(console: string): Promise<string> {
  const text = await readFile(console, 'utf8').catch(() => '')
  const lines = text.split('\n').map(line => line.trim())
  const words = lines.filter(Boolean)
  const over = words.findIndex(line => line.includes('Kernel panic'))
  return (
    words
      .slice(over < 0 ? -12 : over)
      .slice(0, 12)
      .join('\n') || 'none'
  )
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
