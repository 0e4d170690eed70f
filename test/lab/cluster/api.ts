import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pod } from '../../kubernetes-api/pods.ts'
import { endpointSlice, service } from '../../kubernetes-api/services.ts'
import type { Thing } from '../../kubernetes-api/thing.ts'
import { addressOf, dnsService, nodeOf, nodes, type PodName } from './places.ts'
import { startOn } from './processes.ts'

/** The Kubernetes API of the cluster, on nodeb over TLS, as far as it tells of the DNS pods. kube-proxy here does not listen to it. */
export interface Api {
  readonly kubeconfig: string
  /** Who is behind the Service of DNS from now on. Who is named no more is gone. */
  dnsPods(ready: readonly PodName[], terminating?: readonly PodName[]): Promise<void>
}

const program = fileURLToPath(new URL('../../kubernetes-api/serve.ts', import.meta.url))
const namespace = 'kube-system'
const dns = { name: 'dns', namespace }
const ports = [
  { name: 'dns', protocol: 'UDP', port: 53 },
  { name: 'dns-tcp', protocol: 'TCP', port: 53 },
] as const

export async function startApi(folder: string, first: readonly PodName[]): Promise<Api> {
  const to = join(folder, 'api')
  mkdirSync(to, { recursive: true })
  const host = nodes.nodeb.address
  const running = startOn('nodeb', [process.execPath, program, '--host', host, '--port', '6443', '--to', to])
  const saidMore = async (lines: number) => {
    while (linesOf(running.printed()) < lines) await sleep(20)
    if (running.printed().includes('"error"')) throw new Error(`the Kubernetes API: ${running.printed()}`)
  }
  await saidMore(1)
  const known = new Set<PodName>(first)

  async function order(what: object): Promise<void> {
    const before = linesOf(running.printed())
    running.tell(JSON.stringify(what))
    await saidMore(before + 1)
  }

  const api: Api = {
    kubeconfig: join(to, 'kubeconfig'),
    async dnsPods(ready, terminating = []) {
      const there = [...ready, ...terminating]
      const ofPod = (name: PodName): Thing => {
        const leaves = terminating.includes(name) && { ready: false, deletedAt: new Date().toISOString() }
        return pod({ name, namespace }, { ip: addressOf(name), node: nodeOf(name) ?? '', ...leaves })
      }
      const slice = there.map(name => ({
        address: addressOf(name),
        pod: name,
        node: nodeOf(name) ?? '',
        ...(terminating.includes(name) && { conditions: { ready: false, serving: true, terminating: true } }),
      }))
      await order({ put: [service(dns, [dnsService], ports), endpointSlice(dns, slice, ports), ...there.map(ofPod)] })
      for (const name of known)
        if (!there.includes(name)) await order({ delete: { resource: 'pods', name, namespace } })
      for (const name of known) if (!there.includes(name)) known.delete(name)
      for (const name of there) known.add(name)
    },
  }
  await api.dnsPods(first)
  return api
}

const linesOf = (text: string): number => text.split('\n').length - 1
