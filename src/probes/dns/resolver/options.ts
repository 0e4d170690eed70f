import type { Dns } from '../settings.ts'
import type { ResolvConf } from '../resolv-conf.ts'

/** How a stub resolver goes about it: every option of resolv.conf(5) that changes how long an application waits. */
export interface Options {
  readonly timeoutS: number
  readonly attempts: number
  readonly ndots: number
  readonly search: readonly string[]
  readonly rotate: boolean
  readonly useVc: boolean
  readonly singleRequest: boolean
  readonly singleRequestReopen: boolean
  readonly edns: boolean
}

/** What is set wins over /etc/resolv.conf, and that over glibc's defaults (resolv/resolv.h). */
export function optionsOf(set: NonNullable<Dns['resolver']>, conf: ResolvConf): Options {
  return {
    timeoutS: set.timeout === undefined ? (conf.timeoutS ?? 5) : set.timeout / 1000,
    attempts: Math.max(1, set.attempts ?? conf.attempts ?? 2),
    ndots: set.ndots ?? conf.ndots ?? 1,
    search: set.search ?? conf.search,
    rotate: set.rotate ?? conf.rotate,
    useVc: set.useVc ?? conf.useVc,
    singleRequest: set.singleRequest ?? conf.singleRequest,
    singleRequestReopen: set.singleRequestReopen ?? conf.singleRequestReopen,
    edns: conf.edns,
  }
}
