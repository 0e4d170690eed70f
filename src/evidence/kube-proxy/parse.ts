import { join } from 'node:path/posix'
import type { KubeProxy } from './facts.ts'

/** What `/proxyMode` says. Others may listen on that port: what is no mode of kube-proxy is nothing. */
export const parseMode = (text: string): string | undefined => modes.find(mode => mode === text.trim())

const modes = ['iptables', 'ipvs', 'nftables'] as const

/** What its metrics tell; nothing at all when they are not kube-proxy's. */
export function parseMetrics(text: string): Pick<KubeProxy, 'version' | 'lastSyncAt' | 'startedAt'> | undefined {
  const samples = samplesOf(text)
  if (!samples.has('kubernetes_build_info') && !samples.has(lastSync)) return undefined
  const [, version] =
    /git_version="(v\d+\.\d+\.\d+[\w.+-]{0,60})"/.exec(samples.get('kubernetes_build_info')?.[0] ?? '') ?? []
  const [syncedAt, startedAt] = [lastSync, 'process_start_time_seconds'].map(name => newest(samples.get(name) ?? []))
  return {
    ...(version !== undefined && { version }),
    ...(syncedAt !== undefined && { lastSyncAt: syncedAt }),
    ...(startedAt !== undefined && { startedAt }),
  }
}

/** Before the first sync it is 0. With a label for each IP family since 1.34. */
const lastSync = 'kubeproxy_sync_proxy_rules_last_timestamp_seconds'
const wanted: ReadonlySet<string> = new Set(['kubernetes_build_info', lastSync, 'process_start_time_seconds'])

/** Lines of the metrics that are wanted, by name. */
function samplesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const samples = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const name = /^\w+/.exec(line)?.[0] ?? ''
    if (wanted.has(name)) samples.set(name, [...(samples.get(name) ?? []).slice(0, 7), line])
  }
  return samples
}

/** The latest of some times in seconds, as epoch ms. */
function newest(lines: readonly string[]): number | undefined {
  const times = lines.map(line => Number(/ (\d+(?:\.\d+)?(?:e\+\d+)?)(?: \d+)?$/.exec(line.trimEnd())?.[1])) // a time of the sample itself may follow
  const known = times.filter(seconds => seconds > 0 && seconds < 1e11)
  return known.length === 0 ? undefined : Math.round(Math.max(...known) * 1000)
}

/** Folders in which a process of this environment looks for programs; `undefined` when the text is no environment. */
export function parsePath(environ: string): readonly string[] | undefined {
  const path = environ
    .split('\0')
    .find(each => each.startsWith('PATH='))
    ?.slice('PATH='.length)
  const folders = path?.split(':').filter(folder => folder.startsWith('/')) // Go looks in no others
  return folders?.slice(0, mostFolders).map(folder => join('/', folder)) // no `..` leads out of its root
}

const mostFolders = 64
