import { accessSync, constants, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { cacheFolder } from './cache.ts'

/** What this machine lacks for a guest, in a sentence with the fix; undefined when nothing. */
export function missingForGuest(): string | undefined {
  const why = 'this kernel has no IPVS, and a guest that has it'
  if (process.arch !== 'x64') return `${why} is x86-64; this machine is ${process.arch}`
  const missing = Object.entries(tools).filter(([tool]) => !has(tool))
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ')
    return `${why} needs ${missing.map(([tool]) => `"${tool}"`).join(', ')}: run "npm run test:packages", or install ${packages}`
  }
  if (availableMemory() < 3 * GiB) return `${why} needs 3 GiB of memory; ${gib(availableMemory())} are available`
  const free = freeDisk(cacheFolder())
  if (free < 2 * GiB)
    return `${why} needs 2 GiB of disk in ${cacheFolder()} while it is built; ${gib(free)} are free there (XDG_CACHE_HOME says where)`
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

const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']

function has(tool: string): boolean {
  return folders.some(folder => {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const GiB = 2 ** 30
const gib = (bytes: number) => `${(bytes / GiB).toFixed(1)} GiB`
const availableMemory = () => Math.min(freemem(), process.constrainedMemory() || Infinity)

/** Of the file system a folder is on, or will be. */
function freeDisk(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return freeDisk(dirname(folder))
  }
}
