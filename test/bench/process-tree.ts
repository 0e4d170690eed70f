import { readdirSync, readFileSync } from 'node:fs'

/** A process and all that it began, which still run. */
function treeOf(pid: number): readonly number[] {
  const parents = new Map<number, number>(
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap((name): [number, number][] => {
        const stat = ifThere(`/proc/${name}/stat`)
        // The second field is the name, which may hold anything: what follows its last bracket is state and parent (proc_pid_stat(5)).
        return stat === undefined ? [] : [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0])]]
      }),
  )
  const isOf = (each: number): boolean => each === pid || (parents.has(each) && isOf(parents.get(each) ?? 0))
  return [...parents.keys()].filter(isOf)
}

/** What the kernel counts as resident in their memory, bytes. What they share is counted in each. */
export const residentBytes = (pid: number): number =>
  sum(treeOf(pid), each => 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(ifThere(`/proc/${each}/status`) ?? '')?.[1] ?? 0))

/** For how long their threads have run so far, in user space and in the kernel, us (Documentation/scheduler/sched-stats.rst). */
export const cpuUs = (pid: number): number =>
  sum(treeOf(pid), each =>
    sum(threadsOf(each), thread => {
      const [ran = '0'] = (ifThere(`/proc/${each}/task/${thread}/schedstat`) ?? '').split(' ')
      return Number(ran) / 1000
    }),
  )

const threadsOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return [] // it has just ended
  }
}

function ifThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // it has just ended
  }
}

const sum = <T>(all: readonly T[], of: (each: T) => number): number => all.reduce((total, each) => total + of(each), 0)
