import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** What the numbers were taken on: they mean nothing without it. */
export interface Machine {
  readonly cpu: string
  readonly cpus: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly system: string
  readonly node: string
  /** One minute's load average as we began: others were busy, too. */
  readonly load: number
}

export function machine(): Machine {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cpus: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown',
    node: process.version,
    load: loadavg()[0] ?? 0,
  }
}

export const describeMachine = ({ cpu, cpus, memoryGiB, kernel, system, node, load }: Machine): string =>
  `${cpus} x ${cpu}, ${memoryGiB} GiB, Linux ${kernel}, ${system}, Node ${node}, load ${load.toFixed(1)}`
