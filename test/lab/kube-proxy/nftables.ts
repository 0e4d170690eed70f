import { type Chain, chainsOf, type Named, namedOf } from './nftables-table.ts'
import type { Command, Desired, Node, Proxy } from './services.ts'
import { setsSysctls } from './sysctls.ts'

/** kube-proxy's nftables mode (Kubernetes 1.33): one table of its own, Services looked up in maps. */
export const nftables: Proxy = {
  mode: 'nftables',
  setUp: () => [setsSysctls()],
  sync: (desired, node) => [nft(`${gone}${table(desired, node)}`)],
  flush: () => [nft(gone)],
}

/** One transaction. */
const nft = (stdin: string): Command => ({ argv: ['nft', '-f', '-'], stdin })

/** To delete a table that is not there is an error, to add one that is there is none. */
const gone = 'add table ip kube-proxy\ndelete table ip kube-proxy\n'

function table(desired: Desired, node: Node): string {
  const parts = [...namedOf(desired.services, node).map(named), ...chainsOf(desired, node).map(chain)]
  return `table ip kube-proxy {\n  comment "rules for kube-proxy"\n${parts.map(part => `  ${part}\n`).join('')}}\n`
}

const named = ({ kind, name, type, elements }: Named) =>
  `${kind} ${name} { type ${type}; ${elements.length > 0 ? `elements = { ${elements.join(', ')} }; ` : ''}}`

const chain = ({ name, rules }: Chain) => `chain ${name} { ${rules.map(rule => `${rule}; `).join('')}}`
