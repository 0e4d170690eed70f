import { parseAddress } from '../settings/address.ts'
import type { Flow } from '../outcome/flow.ts'
import type { Led } from './led.ts'

/** So many entries are named one by one. */
const most = 6

/** The very commands kube-proxy would have run, each once. They delete entries alone: the next question makes a new one. */
export const deletions = (commands: readonly string[]): readonly string[] => {
  const unique = [...new Set(commands)]
  return [
    '# On the node of the client, as root; it cures with the next question:',
    ...unique.slice(0, most),
    ...(unique.length > most ? [`# and ${unique.length - most} more of this form`] : []),
  ]
}

/** Entries to an endpoint that is gone. */
export function endpointDeletion({ remote }: Flow, led: Led): string {
  const { host, port } = addressOf(remote)
  const backend = addressOf(led.to)
  return isNodePort(port)
    ? `conntrack -D${family(host)} -p udp --dport ${port} --dst-nat ${backend.host}`
    : `conntrack -D${family(host)} -p udp --orig-dst ${host} --orig-port-dst ${port} --dst-nat ${backend.host}`
}

/** All entries of an address: of a Service that is gone, or of one that was asked before it was there. */
export function serviceDeletion(remote: string): string {
  const { host, port } = addressOf(remote)
  return isNodePort(port)
    ? `conntrack -D${family(host)} -p udp --dport ${port}`
    : `conntrack -D${family(host)} -p udp --orig-dst ${host} --orig-port-dst ${port}`
}

const family = (host: string): string => (host.includes(':') ? ' -f ipv6' : '')

/** The default range of node ports (`--service-node-port-range` of kube-apiserver). */
export const isNodePort = (port: number): boolean => port >= 30_000 && port <= 32_767

export const addressOf = (text: string): { readonly host: string; readonly port: number } =>
  parseAddress(text, 0) ?? { host: text, port: 0 }
