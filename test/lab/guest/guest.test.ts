import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { runCommand } from './guest.ts'
import { image } from './image.ts'
import { projectDisk } from './project.ts'

/** Longer than a first build takes on a slow line. */
const building = 300_000
const booting = 120_000

beforeAll(async () => {
  await image(() => {})
  await projectDisk(() => {})
}, building)

test(
  'its kernel has all the lab needs, its Node runs longhold, and code and results come back',
  async () => {
    const results = mkdtempSync(join(tmpdir(), 'longhold-results-'))
    const said: string[] = []
    const command = readFileSync(new URL('./proves-itself.sh', import.meta.url), 'utf8')
    const code = await runCommand({ command, results, onLine: line => said.push(line) })
    expect(said).toEqual([
      'ip_vs: has a virtual server',
      'vs.conntrack: 0 here, 1 there',
      'iptables: nf_tables, 4 lines of KUBE-SVC',
      'nft: 2 chains',
      'have been shown',
      'unshare: process 1',
      `koffi: process found ${process.version}`,
      expect.stringMatching(/^\d+\.\d+\.\d+/),
    ])
    expect(code).toBe(3)
    expect(readFileSync(join(results, 'deep/file'), 'utf8')).toBe('kept\n')
    rmSync(results, { recursive: true })
  },
  booting,
)

test(
  'one that hangs is ended, and said to',
  async () => {
    const hangs = runCommand({ command: 'sleep 1000', timeoutMs: 3_000, onLine: () => {} })
    await expect(hangs).rejects.toThrow('the guest did not end within 3 s; its last words: ')
  },
  booting,
)

test(
  'one whose kernel dies leaves its last words',
  async () => {
    const dies = runCommand({ command: 'echo c >/proc/sysrq-trigger', onLine: () => {} })
    await expect(dies).rejects.toThrow(/the guest died; its last words: [^]*Kernel panic/)
  },
  booting,
)

test(
  'it can be told to stop',
  async () => {
    const stopping = new AbortController()
    const runs = runCommand({ command: 'sleep 1000', signal: stopping.signal, onLine: () => {} })
    setTimeout(() => stopping.abort(), 1_000)
    await expect(runs).rejects.toThrow('the guest was told to stop')
  },
  booting,
)

/** Processes with the mark in their environment. */
const marked = (mark: string) =>
  readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
    } catch {
      return false // it ended meanwhile
    }
  })

test(
  'when the one who runs it is killed, no QEMU stays',
  async () => {
    const mark = randomUUID()
    const guest = new URL('./guest.ts', import.meta.url).href
    const script = `import { runCommand } from '${guest}'
      await runCommand({ command: 'echo it runs; sleep 1000', onLine: console.log })`
    const child = spawn(process.execPath, ['--input-type', 'module', '-e', script], {
      env: { ...process.env, LONGHOLD_GUEST_MARK: mark },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    expect(line).toBe('it runs')
    expect(marked(mark).length).toBe(2)
    child.kill('SIGKILL')
    for (let tries = 0; marked(mark).length > 0 && tries < 50; tries++) await sleep(100)
    expect(marked(mark)).toEqual([])
  },
  booting,
)
