import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import type { Verdict } from '../outcome/verdict.ts'
import type { Case } from './case.ts'

/** What the agent of the node would tell, were there one; or what it could not read, and why. */
export function lackingNode(of: Case, wouldTell: string): Verdict['missing'] {
  const silent = of.facts.silent('node')
  const [first] = silent
  const isGone = silent.length > 1 && silent.every(({ why }) => why === first?.why && why.startsWith('agent at '))
  if (isGone || !of.facts.has('node')) {
    const agent = 'the agent of this node (longhold agent)'
    return [{ what: first ? `${agent}: ${first.why}` : agent, wouldTell }]
  }
  return silent.flatMap(({ source, why }) => {
    const tells = why.startsWith('no IPVS') ? undefined : told[source]
    return tells === undefined ? [] : [{ what: `node ${source} (${why})`, wouldTell: tells }]
  })
}

/** What each source would add to a verdict about the node. */
const told: Readonly<Record<string, string>> = {
  sysctl: 'timeouts and switches of the node',
  conntrack: 'whether its counters rose meanwhile',
  'conntrack-entries': 'where conntrack leads these flows',
  'conntrack-events': 'what became of their entries, and who deleted them',
  ipvs: 'whether IPVS leads the address, where, and for how long it remembers',
  'nat-rules': 'where the rules of the node lead the address',
}

/** The agent is there, and kube-proxy could not be asked. */
export const lackingKubeProxy = (of: Case): Verdict['missing'] => {
  const why = of.facts.absence(kubeProxy, 'node')
  return of.facts.has('node') && !of.facts.newest(kubeProxy, 'node')
    ? [
        {
          what: `kube-proxy of this node${why === undefined ? '' : ` (${why})`}`,
          wouldTell: 'why nobody deleted the entries',
        },
      ]
    : []
}
