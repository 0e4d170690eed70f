import { Problem } from '../outcome/problem.ts'
import type { Kind } from '../probes/kind.ts'
import type { Config } from './schema.ts'

/** What the process itself opens beside its probes: listeners, the page's readers, the journal, libraries. */
const reserve = 128

/** How many files (sockets are files) this configuration may have open at once. */
export function filesNeeded(kinds: readonly Kind[], { probes, server }: Config): number {
  // In a pair the other end of each connection is ours as well.
  const ends = (kind: string) => (server[kind] === undefined || server[kind] === 'off' ? 1 : 2)
  const asked = probes.map(
    probe => (kinds.find(({ name }) => name === probe.kind)?.files(probe) ?? 0) * ends(probe.kind),
  )
  const answered = Object.values(server).map(settings =>
    probes.length === 0 && typeof settings === 'object' && settings !== null && 'maxConnections' in settings
      ? Number(settings.maxConnections ?? 0)
      : 0,
  )
  return [...asked, ...answered].reduce((sum, each) => sum + each, reserve)
}

/** Why this machine cannot run it, with the fix; `undefined` when it can. `limit`: see `fileLimit()` in kernel/native.ts. */
export function tooManyFiles(kinds: readonly Kind[], config: Config, limit: number): Problem | undefined {
  const needed = filesNeeded(kinds, config)
  if (needed <= limit) return undefined
  return new Problem(
    `this configuration needs up to ${needed} open files (one for each connection) and the limit is ${limit}: raise it with "ulimit -n ${needed}", or hold fewer connections`,
  )
}
