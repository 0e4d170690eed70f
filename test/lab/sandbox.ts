import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Runs this Node with `argv` where nothing it does can be seen from outside and nothing stays: a mount, process and
 * network namespace of its own, /run on a tmpfs. When the process ends, or we do, be it by SIGKILL, the kernel ends all
 * that runs in there and takes the networks apart. Resolves to the exit code.
 */
export async function inSandbox(
  argv: readonly string[],
  { onLine, signal, stdin = 'ignore', onStart }: Sandbox,
): Promise<number> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...namespaces, '--', process.execPath, ...argv], {
    stdio: [stdin, 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    detached: true, // Ctrl-C is ours to pass on
  })
  onStart?.(child.pid ?? 0)
  const stop = () => child.kill('SIGKILL') // unshare takes its children along (--kill-child)
  signal.addEventListener('abort', stop, { once: true })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', onLine)
  const [code] = (await Promise.all([once(child, 'exit'), once(lines, 'close')]))[0] as [number | null]
  signal.removeEventListener('abort', stop)
  return code ?? 137
}

export interface Sandbox {
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
  readonly stdin?: 'ignore' | 'inherit'
  /** A process that is inside: `nsenter --target PID --mount --net` follows it. */
  readonly onStart?: (pid: number) => void
}

const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']

/** Called first in there: an empty /run, so that names of networks are ours alone. */
export async function settle(): Promise<void> {
  await run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'lab', '/run')
  mkdirSync('/run/netns')
  await run('ip', 'link', 'set', 'lo', 'up')
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const [code] = (await once(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit')) as [
    number | null,
  ]
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" failed with ${code}`)
}
