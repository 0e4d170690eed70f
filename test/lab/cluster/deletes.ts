import type { Command } from '../kube-proxy/services.ts'
import { runOn } from './processes.ts'

/**
 * Runs `conntrack -D` commands on a host; resolves to how many entries each deleted. Rejects in kube-proxy's words when
 * there is no such program in `path`, and in conntrack's own when it failed.
 */
export async function deletes(host: string, commands: readonly Command[], path?: string): Promise<readonly number[]> {
  const counts: number[] = []
  for (const { argv } of commands)
    counts.push(await deleted(host, path === undefined ? argv : ['env', `PATH=${path}`, ...argv]))
  return counts
}

/** It exits with 1 when there was nothing to delete, and when it failed. */
async function deleted(host: string, argv: readonly string[], left = 20): Promise<number> {
  const { code, stderr } = await runOn(host, argv, { allow: [1, notFound] })
  // pkg/proxy/conntrack of Kubernetes 1.31, and ErrExecutableNotFound of k8s.io/utils/exec
  if (code === notFound) throw new Error('error looking for path of conntrack: executable file not found in $PATH')
  const [, count] = /: (\d+) flow entries have been deleted/.exec(stderr) ?? []
  if (count !== undefined) return Number(count)
  // conntrack lists, then deletes one by one, and gives up (does not delete the rest) at one that expired meanwhile. The
  // real kube-proxy leaves it at that, and logs it; a scenario should not depend on it.
  if (left > 0 && stderr.includes('such conntrack doesn')) return deleted(host, argv, left - 1)
  throw new Error(`on ${host}, "${argv.join(' ')}": ${stderr}`)
}

/** What `env` exits with when there is no such program. */
const notFound = 127
