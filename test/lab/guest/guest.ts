import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type Image, image } from './image.ts'
import { projectDisk } from './project.ts'

export interface GuestJob {
  /** What `node test/lab/lab.ts` is called with, in there. */
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
  return runCommand({ ...job, command: `exec node test/lab/lab.ts ${args.map(quoted).join(' ')}` })
}

/** The same for any shell command, run in /longhold, where this project is. */
export async function runCommand({
  command,
  onLine,
  results,
  signal,
  timeoutMs = 3_600_000,
  say,
}: Omit<GuestJob, 'args'> & { readonly command: string }): Promise<number> {
  const booted = await image(say ?? (() => {}))
  const folder = await mkdtemp(join(tmpdir(), 'longhold-guest-'))
  try {
    const disk = await projectDisk(folder, command)
    const end = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])])
    const code = await boot(booted, disk, folder, onLine, end)
    if (results !== undefined) {
      await mkdir(results, { recursive: true })
      await promisify(execFile)('tar', ['-xf', join(folder, 'results.tar'), '-C', results])
    }
    return code
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function boot(
  image: Image,
  disk: string,
  folder: string,
  onLine: (line: string) => void,
  end: AbortSignal,
): Promise<number> {
  const console = join(folder, 'console')
  const serial = [
    '-device',
    'virtio-serial-pci',
    '-chardev',
    'stdio,id=said,signal=off',
    '-device',
    'virtserialport,chardev=said',
    '-chardev',
    `file,id=results,path=${join(folder, 'results.tar')}`,
    '-device',
    'virtserialport,chardev=results',
  ]
  const qemu = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...machine(image, disk), '-serial', `file:${console}`, ...serial],
    {
      stdio: ['pipe', 'pipe', 'pipe'], // at the end of its input QEMU would take the guest's output for unplugged
      detached: true, // Ctrl-C is ours to pass on
    },
  )
  let complained = ''
  let code: number | undefined
  qemu.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
  const lines = createInterface({ input: qemu.stdout })
  lines.on('line', line => {
    const ended = /^the job ended with (\d+)$/.exec(line)?.[1]
    if (ended === undefined) onLine(line)
    else code = Number(ended)
  })
  const stop = () => qemu.kill('SIGKILL')
  end.addEventListener('abort', stop, { once: true })
  if (end.aborted) stop()
  await Promise.all([once(qemu, 'exit'), once(lines, 'close')])
  end.removeEventListener('abort', stop)
  if (code !== undefined) return code
  const last = (await readFile(console, 'utf8').catch(() => '')).trim().split('\n').slice(-8).join('\n')
  const why = end.aborted ? 'did not end in time' : 'died'
  throw new Error(`the guest ${why}; its last words: ${complained}${last || 'none'}`)
}

/** Software emulation, always: where /dev/kvm exists it need not work, and a stock kernel may die on it half-way. */
export const machine = ({ kernel, initrd, root }: Image, disk: string, more = ''): readonly string[] => [
  'qemu-system-x86_64',
  ...[
    '-accel',
    'tcg,thread=multi,tb-size=512',
    '-cpu',
    'max',
    '-smp',
    '2',
    '-m',
    '2048',
    '-nodefaults',
    '-no-reboot',
    '-display',
    'none',
    '-nic',
    'none',
  ],
  ...[
    '-kernel',
    kernel,
    '-initrd',
    initrd,
    '-append',
    `console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable ${more}`,
  ],
  ...[root, disk].flatMap(file => ['-drive', `file=${file},format=raw,if=virtio,readonly=on,cache=unsafe`]),
]

/** What this machine lacks for a guest, in a sentence; undefined when nothing. */
export function missingForGuest(): string | undefined {
  if (process.arch !== 'x64') return `the guest is x86-64 and this machine is ${process.arch}`
  const missing = Object.entries(tools).filter(
    ([tool]) => !['/usr/bin', '/usr/sbin', '/bin', '/sbin'].some(dir => existsSync(`${dir}/${tool}`)),
  )
  if (missing.length === 0) return undefined
  return `this kernel has no IPVS, and a guest that has it needs ${missing.map(([tool]) => `"${tool}"`).join(', ')}: run "npm run test:packages", or install ${missing.map(([, name]) => name).join(' ')}`
}

const tools = {
  'qemu-system-x86_64': 'qemu-system-x86',
  cpio: 'cpio',
  mke2fs: 'e2fsprogs',
  depmod: 'kmod',
  'apt-get': 'apt',
} as const

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
