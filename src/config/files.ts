import { Problem } from '../outcome/problem.ts'
import type { Kind } from '../probes/kind.ts'
import { countIn } from '../probes/share.ts'
import { type Config, mostProcesses } from './schema.ts'

/** What a process itself opens beside its probes: listeners, the page's readers, the journal, libraries. */
const reserve = 128

type Asking = Pick<Config, 'probes' | 'server'>

/** How many files (sockets are files) this configuration may have open at once in the one of `processes` that has most: the one that is started. */
export function filesNeeded(kinds: readonly Kind[], { probes, server }: Asking, processes = 1): number {
  const asked = probes.map(probe => {
    const kind = kinds.find(({ name }) => name === probe.kind)
    const files = kind?.files(probe) ?? 0
    const own = kind?.isShared ? countIn(files, { nth: 0, of: processes }) : files
    // In a pair the other end of each connection is ours as well, whichever process holds it.
    return own + (server[probe.kind] === undefined || server[probe.kind] === 'off' ? 0 : files)
  })
  const answered = Object.values(server).map(settings =>
    probes.length === 0 && typeof settings === 'object' && settings !== null && 'maxConnections' in settings
      ? Number(settings.maxConnections ?? 0)
      : 0,
  )
  return [...asked, ...answered].reduce((sum, each) => sum + each, reserve)
}

/**
 * How many processes this configuration runs in, none of which would have nothing to hold. `auto`: the fewest with which none needs more files
 * than `limit`, and one where no number of them helps.
 */
export function processesFor(
  kinds: readonly Kind[],
  config: Asking & Pick<Config, 'processes'>,
  limit: number,
): number {
  const most = mostUseful(kinds, config)
  if (config.processes !== 'auto') return Math.min(config.processes, most)
  for (let count = 1; count <= most; count++) if (filesNeeded(kinds, config, count) <= limit) return count
  return 1
}

/** With so many processes one of them has a single connection of the largest cohort. */
function mostUseful(kinds: readonly Kind[], { probes }: Asking): number {
  const shared = probes.map(probe => {
    const kind = kinds.find(({ name }) => name === probe.kind)
    return kind?.isShared ? kind.files(probe) : 1
  })
  return Math.min(mostProcesses, Math.max(1, ...shared))
}

/**
 * Why this machine cannot run it in so many processes, with the fix; `undefined` when it can. `limit` is that of one process: see
 * `fileLimit()` in kernel/native.ts.
 */
export function tooManyFiles(
  kinds: readonly Kind[],
  config: Asking,
  limit: number,
  processes: number,
): Problem | undefined {
  const needed = filesNeeded(kinds, config, processes)
  if (needed <= limit) return undefined
  const enough = processesFor(kinds, { ...config, processes: 'auto' }, limit)
  const where = processes === 1 ? '' : ` in one of ${processes} processes`
  const share = enough > processes ? `, share them out (processes: ${enough}, or auto)` : ''
  return new Problem(
    `this configuration needs up to ${needed} open files${where} (one for each connection) and the limit is ${limit}: raise it with "ulimit -n ${needed}"${share}, or hold fewer connections`,
  )
}
