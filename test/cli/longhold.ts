import { freePort } from '../free-port.ts'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kinds } from '../../src/probes/index.ts'

export const launcher = fileURLToPath(new URL('../../bin/longhold.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface How {
  readonly node?: string
  readonly script?: string
  readonly env?: Record<string, string>
  readonly cwd?: string
}

/** A longhold process as people start it. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when `text` has appeared on stdout, so often. */
  said(text: string, times?: number): Promise<void>
}

export function begin(
  args: readonly string[],
  { node = process.execPath, script = launcher, env = {}, cwd }: How = {},
): Running {
  const { PATH, HOME } = process.env
  const child = spawn(node, [script, ...args], { env: { PATH, HOME, ...env }, stdio: 'pipe', ...(cwd && { cwd }) })
  let [out, err] = ['', '']
  child.stdout.on('data', chunk => (out += String(chunk)))
  child.stderr.on('data', chunk => (err += String(chunk)))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
  return {
    child,
    ended,
    async said(text, times = 1) {
      const isSaid = () => out.split(text).length > times
      while (!isSaid()) {
        const gone = await Promise.race([once(child.stdout, 'data').then(() => false), ended.then(() => true)])
        if (gone && !isSaid()) throw new Error(`ended without saying ${text}:\n${out}${err}`)
      }
    },
  }
}

export const longhold = (args: readonly string[], how?: How): Promise<Ended> => begin(args, how).ended

/** A configuration in a file of its own. */
export async function written(yaml: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'longhold-cli-')), 'longhold.yaml')
  await writeFile(file, yaml)
  return file
}

/** A pair small enough for a test, on a port of its own; every other half is off. JSON is YAML too. */
export async function smallPair(more: object = {}): Promise<{ file: string; port: number }> {
  const port = await freePort()
  const others = kinds.filter(({ server }) => server).map(({ name }) => [name, 'off'] as const)
  const address = `127.0.0.1:${port}`
  const file = await written(
    JSON.stringify({
      web: 'off',
      journal: 'off',
      ...more,
      server: { ...Object.fromEntries(others), 'tcp-hold': { listen: address } },
      probes: [{ kind: 'tcp-hold', name: 'small', to: address, connections: 5, idle: '200ms', spread: '0s' }],
    }),
  )
  return { file, port }
}
