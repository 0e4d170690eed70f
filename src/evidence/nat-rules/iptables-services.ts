import type { Asked } from './asked.ts'
import type { NatRules } from './facts.ts'
import type { SavedTable } from './iptables-text.ts'
import { backendsBehind, type Hook, met, type Rule, type Table } from './table.ts'

type Service = NatRules['services'][number]

/** kube-proxy's rules for any Service, where packets of pods come to them. In IPVS mode they only mark. */
export const hasServiceRules = (nat: SavedTable): boolean =>
  nat.size(services) > 0 && leadsTo(nat, 'prerouting', services)

/** The Service as kube-proxy's iptables mode has it: an address and port in KUBE-SERVICES, or a node port. */
export function iptablesService(
  { nat, filter }: { readonly nat: readonly SavedTable[]; readonly filter: readonly SavedTable[] },
  asked: Asked,
): Service | undefined {
  const leads = nat
    .filter(hasServiceRules)
    .flatMap(table =>
      [services, nodePorts]
        .flatMap(chain => rulesFor(table, chain, asked))
        .flatMap(({ goes }) => goes.filter(chain => serviceChain.test(chain)).map(chain => ({ table, chain }))),
    )
  const [refusing] = filter.flatMap(table =>
    [services, external]
      .filter(chain => leadsTo(table, 'forward', chain))
      .flatMap(chain => rulesFor(table, chain, asked).filter(({ does }) => does === 'drop' || does === 'reject')),
  )
  if (leads.length === 0 && !refusing) return undefined
  return {
    ...asked,
    backends: [...new Set(leads.flatMap(({ table, chain }) => backendsBehind(table, chain)))],
    refuses: refusing !== undefined,
    ...(refusing && { refusal: refusing.does === 'drop' ? 'drop' : 'reject' }),
  }
}

const services = 'KUBE-SERVICES'
const nodePorts = 'KUBE-NODEPORTS'
const external = 'KUBE-EXTERNAL-SERVICES'
/** Of a Service: inside the cluster, outside of it, on this node only, and as kube-proxy up to 1.24 called them. */
const serviceChain = /^KUBE-(SVC|EXT|SVL|FW|XLB)-/

/** By address, or for a node port: those are for any address of the node, so their rules name none. */
const rulesFor = (table: SavedTable, chain: string, { address, port, proto }: Asked): readonly Rule[] =>
  table
    .rulesWith(chain, chain === services ? ` -d ${address}/` : ` --dport ${port} `)
    .filter(rule => rule.proto === proto && rule.port === port)
    .filter(({ destination }) => destination === address || (destination === undefined && chain !== services))

function leadsTo(table: Table, hook: Hook, chain: string): boolean {
  for (const { rule } of met(table, hook)) if (rule.goes.includes(chain)) return true
  return false
}
