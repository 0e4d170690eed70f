import { mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Mode } from '../seen/incident.ts'
import { inside } from './inside.ts'
import type { NodeName } from './places.ts'
import { startOn } from './processes.ts'

/** What a node's kube-proxy says of itself. Its rules are the lab's own (`kube-proxy/`): no kube-proxy runs here. */
export interface KubeProxyFace {
  readonly version: string
  /** Its image has the `conntrack` program. */
  readonly conntrack: boolean
}

/** The newest of the kind that cleans up by itself, without the program. */
export const usualKubeProxy: KubeProxyFace = { version: 'v1.33.6', conntrack: true }

/** Answers on kube-proxy's ports, as it would, and shows a process of its name with its PATH, which only sleeps. */
export function kubeProxyPorts(
  node: NodeName,
  mode: Mode,
  { version, conntrack }: KubeProxyFace,
  folder: string,
): void {
  const startedAt = Date.now() / 1000
  const pages: Readonly<Record<string, () => string>> = {
    '/proxyMode': () => mode,
    '/healthz': () => JSON.stringify({ lastUpdated: new Date().toISOString(), currentTime: new Date().toISOString() }),
    '/metrics': () => `# TYPE kubernetes_build_info gauge
kubernetes_build_info{build_date="2025-11-11T19:36:24Z",compiler="gc",git_version="${version}",go_version="go1.24.9",major="1",platform="linux/amd64"} 1
# TYPE kubeproxy_sync_proxy_rules_last_timestamp_seconds gauge
kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} ${Date.now() / 1000}
# TYPE process_start_time_seconds gauge
process_start_time_seconds ${startedAt}
`,
  }
  for (const port of [10_249, 10_256]) {
    const server = createServer(({ url = '' }, response) => {
      const page = pages[url]
      response.writeHead(page ? 200 : 404).end(page?.() ?? '')
    })
    inside(node, () => server.listen(port)) // without a host it binds at once, while we are there
    server.unref()
  }
  const bin = join(folder, `bin-${node}`)
  mkdirSync(bin, { recursive: true })
  symlinkSync('/bin/sleep', join(bin, 'kube-proxy'))
  // By way of env: with such a PATH nobody would find what starts it.
  const path = conntrack ? '/usr/sbin:/usr/bin' : join(bin, 'none')
  startOn(node, ['env', `PATH=${path}`, join(bin, 'kube-proxy'), 'infinity'])
}
