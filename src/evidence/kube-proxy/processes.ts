import type { Machine } from '../source.ts'
import { ifThere, nothingThere } from './seen.ts'
import { parsePath } from './parse.ts'

/** What the processes of a machine tell. */
export interface Seen {
  readonly running?: boolean
  readonly conntrackBinary?: boolean
}

/** Looks for processes called kube-proxy. Not finding one tells something only to whoever sees the kernel's own threads: all there are. */
export async function processes(machine: Machine): Promise<Seen> {
  const pids = ((await ifThere(machine.list('proc'))) ?? []).filter(name => /^\d+$/.test(name))
  const found: string[] = []
  let seesAll = false
  for (let at = 0; at < Math.min(pids.length, mostProcesses); at += atOnce) {
    const some = pids.slice(at, at + atOnce)
    const names = await Promise.all(some.map(pid => ifThere(machine.file(`proc/${pid}/comm`))))
    names.forEach((name, index) => {
      if (name?.trim() === 'kube-proxy') found.push(some[index] ?? '')
      if (name?.trim() === 'kthreadd') seesAll = true
    })
  }
  if (found.length === 0) return seesAll && pids.length <= mostProcesses ? { running: false } : {}
  const answers = await Promise.all(found.slice(0, atOnce).map(pid => hasConntrack(machine, pid)))
  const [first, ...others] = answers
  // Nodes in containers share a machine: of several, any may be ours.
  return {
    running: true,
    ...(first !== undefined && others.every(each => each === first) && { conntrackBinary: first }),
  }
}

/** Comms are read so many at a time: the process would do nothing else for a while. */
const atOnce = 32
const mostProcesses = 32_768

/** Whether the process would find `conntrack` in its PATH. Not known unless every folder of it could be looked into. */
async function hasConntrack(machine: Machine, pid: string): Promise<boolean | undefined> {
  const folders = parsePath((await ifThere(machine.file(`proc/${pid}/environ`))) ?? '')
  const root = `proc/${pid}/root`
  if (!folders || (await ifThere(machine.list(root))) === undefined) return undefined
  let missed = false
  for (const folder of folders) {
    const names = await machine.list(`${root}${folder}`).catch(nothingThere)
    if (names?.includes('conntrack')) return true
    missed ||= names === undefined
  }
  return missed ? undefined : false
}
