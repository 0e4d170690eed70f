import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A group of processes with a limit on memory, which is what a pod's limit is made of (cgroups(7)). */
export interface MemoryGroup extends Disposable {
  /** A word for `sh` that puts the shell into it. */
  readonly enter: string
}

/** A group that may have `bytes` of memory. Error where the kernel lets us make none; nobody may be in it when it is disposed. */
export function memoryGroup(bytes: number): MemoryGroup {
  const isFirst = existsSync('/sys/fs/cgroup/memory')
  const dir = join(isFirst ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup', `longhold-soak-${process.ppid}-${process.pid}`)
  if (!isFirst) writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, isFirst ? 'memory.limit_in_bytes' : 'memory.max'), `${bytes}`)
  return {
    enter: `echo $$ > ${dir}/cgroup.procs`,
    [Symbol.dispose]: () => rmdirSync(dir),
  }
}
