import type { Asked, Family } from './asked.ts'
import type { NatRules } from './facts.ts'
import { at, only, textAt } from './nft-json.ts'
import type { NftTable } from './nft-table.ts'
import { backendsBehind, met } from './table.ts'

type Service = NatRules['services'][number]

/** kube-proxy's own table, one for each family. */
export const kubeProxyOf = (family: Family): string => `${family} kube-proxy`
export const isKubeProxy = ({ name }: NftTable, family: Family): boolean => name === kubeProxyOf(family)

/** What a Service is looked up in. */
const serviceMap = 'service-ips'
/** What describes a Service where listing all is too much. */
export const neededElements = [
  { kind: 'map', name: serviceMap },
  { kind: 'map', name: 'no-endpoint-services' },
] as const

/** A packet of a pod is looked up in the map of Services. */
export function looksUpServices(table: NftTable): boolean {
  for (const { rule } of met(table, 'prerouting')) if (rule.maps.includes(serviceMap)) return true
  return false
}

/** The Service as kube-proxy's nftables mode has it. `whole`: the table's rules are known, not its maps alone. */
export function nftService(table: NftTable, asked: Asked, whole: boolean): Service | undefined {
  const onNode = table.elements('nodeport-ips').some(([address]) => address === asked.address)
  const verdict = (map: string, nodePorts: string): unknown =>
    table.elements(map).find(([key]) => isKey(key, [asked.address, asked.proto, asked.port]))?.[1] ??
    (onNode ? table.elements(nodePorts).find(([key]) => isKey(key, [asked.proto, asked.port]))?.[1] : undefined)
  const leads = verdict(serviceMap, 'service-nodeports')
  const refusing = verdict('no-endpoint-services', 'no-endpoint-nodeports')
  if (leads === undefined && refusing === undefined) return undefined
  const chain = targetOf(leads)
  return {
    ...asked,
    ...(whole || leads === undefined ? { backends: chain === '' ? [] : [...backendsBehind(table, chain)] } : {}),
    refuses: refusing !== undefined,
    ...refusalOf(table, refusing),
  }
}

function refusalOf(table: NftTable, verdict: unknown): Pick<Service, 'refusal'> {
  const name = only(verdict)?.[0]
  if (name === 'drop') return { refusal: 'drop' }
  const does = table.rules(targetOf(verdict)).find(rule => rule.does === 'drop' || rule.does === 'reject')?.does
  return does === 'drop' || does === 'reject' ? { refusal: does } : {}
}

const targetOf = (verdict: unknown): string => textAt(only(verdict)?.[1], 'target')

/** Protocols have numbers where nobody told nft their names: no /etc/protocols. */
function isKey(key: unknown, wanted: readonly (string | number)[]): boolean {
  const parts = at(key, 'concat')
  return (
    Array.isArray(parts) &&
    parts.length === wanted.length &&
    wanted.every((each, index) => parts[index] === each || parts[index] === numbers[each])
  )
}

const numbers: Readonly<Record<string | number, number>> = { tcp: 6, udp: 17 }
