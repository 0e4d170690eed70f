import type { Rendered } from '../rendered.ts'

/** A pod as policies see it. */
export interface Pod {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly ip: string
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

interface Peer {
  readonly podSelector?: Selector
  readonly namespaceSelector?: Selector
  readonly ipBlock?: { readonly cidr: string }
}

interface Rule {
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[]
}

interface Policy {
  readonly podSelector: Selector
  readonly policyTypes: readonly ('Ingress' | 'Egress')[]
  readonly ingress?: readonly Rule[]
  readonly egress?: readonly Rule[]
}

/**
 * What a network plugin does on a node about the pods there, as an nftables table for the node: replies pass, what a policy names is
 * counted under `POD in|out POLICY PORT/PROTOCOL`, and the rest is counted under `POD in|out denied` and dropped. Who is selected by no
 * policy is left alone. Packets are looked at behind the Services' NAT, as most plugins do.
 */
export function enforced(rendered: readonly Rendered[], pods: readonly Pod[], here: readonly Pod[]): string {
  const chains = here.flatMap(pod => {
    const policies = rendered
      .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace === pod.namespace)
      .map(({ metadata, spec }) => ({ name: metadata.name, spec: spec as Policy }))
      .filter(({ spec }) => selects(spec.podSelector, pod.labels))
    return [way(policies, pods, pod, 'Ingress'), way(policies, pods, pod, 'Egress')].flat()
  })
  const jumps = chains.map(({ match, name }) => `${match} jump ${name}`).join('\n    ')
  const base = (hook: string) => `chain ${hook} {\n    type filter hook ${hook} priority 10;\n    ${jumps}\n  }`
  const texts = [...chains.map(({ text }) => text), base('forward'), base('input')]
  return `table ip policies {\n  ${texts.join('\n  ')}\n}\n`
}

interface Chain {
  readonly name: string
  readonly match: string
  readonly text: string
}

function way(
  policies: readonly { readonly name: string; readonly spec: Policy }[],
  pods: readonly Pod[],
  pod: Pod,
  type: 'Ingress' | 'Egress',
): Chain[] {
  const ofType = policies.filter(({ spec }) => spec.policyTypes.includes(type))
  if (ofType.length === 0) return []
  const [word, side] = type === 'Ingress' ? ['in', 'daddr'] : ['out', 'saddr']
  const rules = ofType.flatMap(({ name, spec }) =>
    (type === 'Ingress' ? (spec.ingress ?? []) : (spec.egress ?? [])).flatMap(rule =>
      allowed(rule, pods, pod).map(
        ({ match, port }) => `${match} counter return comment "${pod.name} ${word} ${name} ${port}"`,
      ),
    ),
  )
  const name = `${word}-${pod.name}`
  const lines = ['ct state established,related return', ...rules, `counter drop comment "${pod.name} ${word} denied"`]
  return [{ name, match: `ip ${side} ${pod.ip}`, text: `chain ${name} {\n    ${lines.join('\n    ')}\n  }` }]
}

/** One match for each port a rule opens; a rule without peers is for everybody, and one whose peers are not there for nobody. */
function allowed({ from, to, ports }: Rule, pods: readonly Pod[], pod: Pod): { match: string; port: string }[] {
  const [peers, side] = from ? [from, 'saddr'] : [to, 'daddr']
  const addresses = peers?.flatMap(peer => addressesOf(peer, pods, pod))
  if (addresses?.length === 0) return []
  const whom = addresses ? `ip ${side} { ${addresses.join(', ')} } ` : ''
  return (ports ?? []).map(({ port, protocol = 'TCP' }) => ({
    match: `${whom}${protocol.toLowerCase()} dport ${port}`,
    port: `${port}/${protocol}`,
  }))
}

function addressesOf({ podSelector, namespaceSelector, ipBlock }: Peer, pods: readonly Pod[], pod: Pod): string[] {
  if (ipBlock) return [ipBlock.cidr]
  return pods
    .filter(({ namespace, labels }) => {
      const isThere = namespaceSelector
        ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': namespace })
        : namespace === pod.namespace
      return isThere && selects(podSelector ?? {}, labels)
    })
    .map(({ ip }) => ip)
}

export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Pod['labels']): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      const isIn = value !== undefined && values.includes(value)
      return operator === 'In' ? isIn : !isIn
    })
  )
}
