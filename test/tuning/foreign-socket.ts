import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import koffi from 'koffi'
import { getInt } from '../../src/kernel/native.ts'
import type { Setting } from '../../src/tuning/advice/setting.ts'

const libc = koffi.load(null)
const syscall = libc.func('long syscall(long number, ...)')
// The same numbers on x64 and arm64.
const [PIDFD_OPEN, PIDFD_GETFD] = [434, 438]

/** Which socket of a program is meant, by its ports. */
export interface Ends {
  readonly localPort?: number
  readonly remotePort?: number
}

/**
 * What the kernel really has on the established socket of another program, or of its children: pidfd_getfd(2) hands us the
 * very socket. `off` where SO_KEEPALIVE is not set. Waits until there is such a socket. Needs root.
 */
export async function optionsOfForeign(pid: number, ends: Ends): Promise<Setting | 'off'> {
  for (let tries = 0; tries < 200; tries++) {
    const inodes = inodesOf(ends)
    for (const each of familyOf(pid)) {
      const fd = socketsOf(each).find(({ inode }) => inodes.has(inode))?.fd
      if (fd !== undefined) return optionsOf(each, fd)
    }
    await sleep(25)
  }
  throw new Error(`no socket ${JSON.stringify(ends)} of process ${pid}`)
}

function optionsOf(pid: number, fd: number): Setting | 'off' {
  const process = Number(syscall(PIDFD_OPEN, 'int', pid, 'int', 0))
  const ours = Number(syscall(PIDFD_GETFD, 'int', process, 'int', fd, 'int', 0))
  if (ours < 0) throw new Error(`pidfd_getfd: errno ${koffi.errno()}`)
  try {
    if (getInt(ours, 1, 9) === 0) return 'off'
    const [idleS, intervalS, count, userTimeoutMs] = [4, 5, 6, 18].map(name => getInt(ours, 6, name)) as [
      number,
      number,
      number,
      number,
    ]
    return { idleS, intervalS, count, userTimeoutMs }
  } finally {
    closeSync(ours)
    closeSync(process)
  }
}

/** A process and everything it started. */
function familyOf(pid: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap(name => {
        const status = quietly(() => readFileSync(`/proc/${name}/status`, 'utf8'))
        const parent = /^PPid:\s+(\d+)/m.exec(status ?? '')?.[1]
        return parent === undefined ? [] : [[Number(name), Number(parent)] as const]
      }),
  )
  const family = [pid]
  for (const each of family) family.push(...[...parents].filter(([, parent]) => parent === each).map(([id]) => id))
  return family
}

const socketsOf = (pid: number): { fd: number; inode: string }[] =>
  (quietly(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap(fd => {
    const inode = /^socket:\[(\d+)\]$/.exec(quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '')?.[1]
    return inode === undefined ? [] : [{ fd: Number(fd), inode }]
  })

/** Inodes of established connections between these ports: /proc/net/tcp. */
function inodesOf({ localPort, remotePort }: Ends): ReadonlySet<string> {
  const rows = ['tcp', 'tcp6'].flatMap(name => readFileSync(`/proc/net/${name}`, 'utf8').trim().split('\n').slice(1))
  return new Set(
    rows
      .map(row => row.trim().split(/\s+/))
      .filter(([, local, remote, state]) => {
        return state === '01' && hasPort(local, localPort) && hasPort(remote, remotePort)
      })
      .map(fields => fields[9] ?? ''),
  )
}

/** `0100007F:1B58`: address and port, in hexadecimal. */
const hasPort = (end: string | undefined, port: number | undefined): boolean =>
  port === undefined || Number.parseInt(end?.split(':')[1] ?? '', 16) === port

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined // it is gone meanwhile
  }
}
