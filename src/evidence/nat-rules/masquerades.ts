import type { NatRules } from './facts.ts'
import { isOneAddress } from './range.ts'
import { met, type Met, type Table } from './table.ts'

type Masquerade = NatRules['masquerades'][number]

/** Every rule that gives what leaves another source, kube-proxy's own among them. */
export const translations = (tables: readonly Table[]): readonly Met[] =>
  tables.flatMap(table =>
    [...met(table, 'postrouting')].filter(({ rule }) => rule.does === 'masquerade' || rule.does === 'snat'),
  )

/** Those that are not kube-proxy's, for all ports; those of a single address only where a flow has it. */
export function masqueradesIn(found: readonly Met[], sources: ReadonlySet<string>): readonly Masquerade[] {
  return found
    .filter(each => !isOfKubeProxy(each) && !each.rule.narrow)
    .filter(({ source }) => source === undefined || !isOneAddress(source) || sources.has(source))
    .map(({ rule: { text, randomFully }, source, destination }) => ({
      ...(source !== undefined && { source }),
      ...(destination !== undefined && { destination }),
      randomFully,
      text: text.slice(0, mostText).replaceAll(/\p{Cc}/gu, ' '),
    }))
    .slice(0, mostMasquerades)
}

/** kube-proxy's masquerading of what is marked: the last rule of its chain, for whatever comes so far. In IPVS mode others, for sets, come before. */
export const masqueradesMarked = (found: readonly Met[]): boolean =>
  found.some(
    each => isOfKubeProxy(each) && !each.rule.ofSet && each.source === undefined && each.destination === undefined,
  )

export const saysRandomFully = (found: readonly Met[]): boolean => found.some(({ rule }) => rule.randomFully)

const isOfKubeProxy = ({ table, chain }: Met): boolean => chain === 'KUBE-POSTROUTING' || table.endsWith(' kube-proxy')

const mostMasquerades = 64
const mostText = 300
