import { ownUsage } from '../../kernel/usage.ts'
import type { Noise } from '../noise.ts'
import type { Processes, WorkerState } from './processes.ts'

/** The processes of a client: the one that was started first, then those that share its connections. */
export interface Running {
  /** So many there are to be. */
  readonly wanted: number
  /** Those that run, and said so within the last few seconds. */
  readonly each: readonly WorkerState[]
  /** How often one of them was begun anew. */
  readonly restarts: number
  /** CPU time of those that are gone, s. */
  readonly formerCpuS: number
}

/** How the processes are, one by one and taken together. */
export function together(
  noise: Noise,
  { wanted, open, others }: { readonly wanted: number; open(): number; others(): Processes | undefined },
) {
  const own = (): WorkerState => ({
    pid: process.pid,
    connections: open(),
    loopDelayMs: noise.loopDelay(),
    stalls: noise.counts().stalls,
    usage: ownUsage(),
  })
  return {
    noise() {
      const workers = others()?.workers ?? []
      const delays = [noise.loopDelay(), ...workers.map(({ loopDelayMs }) => loopDelayMs)]
      const { stalls, clockJumps } = noise.counts()
      return {
        loopDelayMs: {
          p50: Math.max(...delays.map(({ p50 }) => p50)),
          p99: Math.max(...delays.map(({ p99 }) => p99)),
          max: Math.max(...delays.map(({ max }) => max)),
        },
        stalls: workers.reduce((sum, each) => sum + each.stalls, stalls + (others()?.former.stalls ?? 0)),
        clockJumps,
      }
    },
    processes: (): Running => ({
      wanted,
      each: [own(), ...(others()?.workers ?? [])],
      restarts: others()?.restarts ?? 0,
      formerCpuS: others()?.former.cpuS ?? 0,
    }),
  }
}
