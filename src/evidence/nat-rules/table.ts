import { Absent } from '../source.ts'

/** One rule, as far as NAT and dropping go. */
export interface Rule {
  /** Chain and rule, as its tool writes it. */
  readonly text: string
  /** Ranges it is for; a `!` before: all but. Left out: all, or a set. */
  readonly source?: string
  readonly destination?: string
  readonly proto?: string
  /** Destination port. */
  readonly port?: number
  /** It is for marked packets, or for some ports, only. */
  readonly narrow: boolean
  /** Members of a named set only. */
  readonly ofSet: boolean
  /** conntrack's states it is for, in lower case. */
  readonly states: readonly string[]
  readonly does?: 'masquerade' | 'snat' | 'drop' | 'reject'
  readonly randomFully: boolean
  /** Where DNAT leads, `10.244.2.11:7000`. */
  readonly backends: readonly string[]
  /** Chains it leads to. */
  readonly goes: readonly string[]
  /** Named maps that say where it leads. */
  readonly maps: readonly string[]
}

export const hooks = ['prerouting', 'forward', 'postrouting'] as const
export type Hook = (typeof hooks)[number]

/** One table of one family. */
export interface Table {
  /** `nat`; of nft with its family, `ip kube-proxy`. */
  readonly name: string
  /** Where packets come in. */
  readonly begins: (hook: Hook) => readonly string[]
  readonly has: (chain: string) => boolean
  readonly rules: (chain: string) => readonly Rule[]
}

/** A rule that packets of a hook may come to. */
export interface Met {
  readonly table: string
  readonly chain: string
  readonly rule: Rule
  /** Its own range, or that of the rule that led here. */
  readonly source: string | undefined
  readonly destination: string | undefined
}

/** Rules in one walk, at most: a hundred times those that forwarding has on a large node. Rules that lead to one another in a thousand ways are nobody's. */
const mostSteps = 200_000

/** Every rule that packets of this hook may come to, each chain once for each range it is entered with. */
export function* met(table: Table, hook: Hook): Generator<Met> {
  const ahead: Pick<Met, 'chain' | 'source' | 'destination'>[] = table
    .begins(hook)
    .map(chain => ({ chain, source: undefined, destination: undefined }))
  const seen = new Set<string>()
  let steps = 0
  for (let at = ahead.pop(); at; at = ahead.pop()) {
    for (const rule of table.rules(at.chain)) {
      const { source = at.source, destination = at.destination } = rule
      yield { table: table.name, chain: at.chain, rule, source, destination }
      if (++steps > mostSteps) throw new Absent(`the rules of table ${table.name} are too many`)
      for (const chain of rule.goes) {
        const key = `${chain} ${source} ${destination}`
        if (!seen.has(key)) ahead.push({ chain, source, destination })
        seen.add(key)
      }
    }
  }
}

/** Where a packet that comes to this chain may be sent by DNAT, in the order of the rules, bounded. */
export function backendsBehind(table: Table, chain: string): readonly string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const ahead = [chain]
  for (let at = ahead.shift(); at !== undefined && seen.size < mostBackends * 2; at = ahead.shift()) {
    if (seen.has(at)) continue
    seen.add(at)
    for (const { backends, goes } of table.rules(at)) {
      for (const backend of backends) if (found.size < mostBackends) found.add(backend)
      ahead.push(...goes)
    }
  }
  return [...found]
}

/** A Service with more backends than this is described by its first ones. */
const mostBackends = 250
