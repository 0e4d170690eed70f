import type { Flow } from '../../outcome/flow.ts'
import { oneLine } from '../reason.ts'
import { type Family, wantedOf } from './asked.ts'
import type { NatRules } from './facts.ts'
import { hasServiceRules, iptablesService } from './iptables-services.ts'
import type { Saved } from './iptables-text.ts'
import { masqueradesIn, masqueradesMarked, saysRandomFully, translations } from './masquerades.ts'
import { nftObjects } from './nft-json.ts'
import { isKubeProxy, looksUpServices, nftService } from './nft-services.ts'
import { nftTables } from './nft-table.ts'
import { met, type Table } from './table.ts'

/** What the tools printed about the rules of one family. */
export interface Printed {
  readonly family: Family
  /** By iptables-save or ip6tables-save, of each backend. */
  readonly saved: readonly Saved[]
  /** By `nft -j list`. */
  readonly listed: readonly string[]
  /** Of kube-proxy's table of nft only maps are listed, no rules. */
  readonly kubeProxyInPart: boolean
  /** What may hold rules and was not printed. */
  readonly unread: readonly string[]
}

/** What the rules say about these flows, and at all: of the first family, with the Services and masquerades of all. */
export function parseRules([first, ...others]: readonly [Printed, ...Printed[]], flows: readonly Flow[]): NatRules {
  const facts = factsOf(first, flows)
  const all = [facts, ...others.map(each => factsOf(each, flows))]
  const unread = all.flatMap(({ unread = [] }) => unread.slice(0, mostUnread).map(oneLine))
  return structuredClone({
    ...facts,
    through: all.find(({ services }) => services.length > 0)?.through ?? facts.through,
    services: all.flatMap(({ services }) => services),
    masquerades: all.flatMap(({ masquerades }) => masquerades),
    ...(unread.length > 0 && { unread }),
  }) // a piece of a string keeps the whole: megabytes that nobody needs any more
}

/** Of one family. */
const mostUnread = 16

function factsOf(printed: Printed, flows: readonly Flow[]): NatRules {
  const { nat, filter, nft, unread } = tablesOf(printed)
  const { services: asked, sources } = wantedOf(flows, printed.family)
  const whole = !printed.kubeProxyInPart
  const proxies = nft.filter(table => isKubeProxy(table, printed.family) && (!whole || looksUpServices(table)))
  const ofIptables = asked.flatMap(each => iptablesService({ nat, filter }, each) ?? [])
  const ofNft = asked.flatMap(each => proxies.flatMap(table => nftService(table, each, whole) ?? []))
  const translating = translations([...nat, ...nft])
  const inIptables = nat.some(hasServiceRules)
  const said = <K extends string>(name: K, found: boolean): { readonly [P in K]?: boolean } =>
    found || unread.length === 0 ? ({ [name]: found } as { readonly [P in K]?: boolean }) : {} // a computed name is any string to TypeScript
  return {
    through: throughOf(
      [ofIptables.length, ofNft.length],
      [inIptables, proxies.length > 0],
      [nat.length > 0, nft.length > 0],
    ),
    services: [...ofIptables, ...ofNft],
    masquerades: [...masqueradesIn(translating, sources)],
    ...said('serviceRules', inIptables || proxies.length > 0),
    ...said('masqueradesMarked', masqueradesMarked(translating)),
    ...said('randomFully', saysRandomFully(translating)),
    ...said('invalidDrop', [...filter, ...nft].some(dropsInvalid)),
    ...(unread.length > 0 && { unread: [...unread] }),
  }
}

function tablesOf({ family, saved, listed, unread }: Printed) {
  const tables = saved.flatMap(each => each.tables)
  const listings = listed.map(nftObjects)
  const nft = nftTables(listings.flatMap(each => each ?? [])).filter(each => [family, 'inet'].includes(each.family))
  const told = new Set(tables.map(({ name }) => `${family} ${name}`))
  return {
    nat: tables.filter(({ name }) => name === 'nat'),
    filter: tables.filter(({ name }) => name !== 'nat'),
    nft,
    unread: [
      ...unread,
      ...saved.flatMap(({ broken }) => broken.map(name => `iptables-save broke off in table ${name}`)),
      ...(listings.includes(undefined) ? ['nft: printed what is no listing'] : []),
      ...nft.flatMap(({ name, isOfIptables }) =>
        isOfIptables && !told.has(name) ? [`nft: table ${name} holds rules of iptables, which it does not tell`] : [],
      ),
    ],
  }
}

/** By the first thing that one of them has more of: the Services that were asked, Service rules, any. */
function throughOf(...counts: readonly (readonly [iptables: number | boolean, nft: number | boolean])[]) {
  const [iptables, nft] = counts.find(([iptables, nft]) => iptables !== nft) ?? [1, 0]
  return iptables > nft ? 'iptables-save' : 'nft'
}

/** A rule without a range of its own drops what conntrack calls INVALID, on its way through the node. */
function dropsInvalid(table: Table): boolean {
  for (const { rule } of met(table, 'forward'))
    if (rule.does === 'drop' && rule.states.includes('invalid') && !rule.source && !rule.destination) return true
  return false
}
