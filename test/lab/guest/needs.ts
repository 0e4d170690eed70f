import { statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { dirname } from 'node:path'
import { isInstalled } from '../installed.ts'
import { cacheFolder } from './cache.ts'

/** What a guest asks of the machine it is on. */
export interface Host {
  readonly arch: string
  readonly has: (tool: string) => boolean
  /** Bytes that are available. */
  readonly memory: number
  /** Bytes that are free where the guest is built and kept. */
  readonly disk: number
}

/** What this machine lacks for a guest, in a sentence with the fix; undefined when nothing. */
export function missingForGuest({ arch, has, memory, disk }: Host = thisMachine()): string | undefined {
  const why = 'this kernel has no IPVS, and a guest that has it'
  if (arch !== 'x64') return `${why} is x86-64; this machine is ${arch}`
  const missing = Object.entries(tools).filter(([tool]) => !has(tool))
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ')
    return `${why} needs ${missing.map(([tool]) => `"${tool}"`).join(', ')}: run "npm run test:packages", or install ${packages}`
  }
  if (memory < 3 * GiB) return `${why} needs 3 GiB of memory; ${gib(memory)} are available`
  if (disk < 2 * GiB)
    return `${why} needs 2 GiB of disk in ${cacheFolder()} to be built; ${gib(disk)} are free there (XDG_CACHE_HOME moves it)`
  return undefined
}

const tools = {
  'qemu-system-x86_64': 'qemu-system-x86',
  cpio: 'cpio',
  mke2fs: 'e2fsprogs',
  depmod: 'kmod',
  setpriv: 'util-linux',
  'apt-get': 'apt',
} as const

const GiB = 2 ** 30
const gib = (bytes: number) => `${(bytes / GiB).toFixed(1)} GiB`

const thisMachine = (): Host => ({
  arch: process.arch,
  has: isInstalled,
  memory: Math.min(freemem(), process.constrainedMemory() || Infinity),
  disk: freeDisk(cacheFolder()),
})

/** Of the file system a folder is on, or will be. */
function freeDisk(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return freeDisk(dirname(folder))
  }
}
