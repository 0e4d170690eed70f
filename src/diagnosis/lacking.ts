import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { kubernetes } from '../evidence/kubernetes/facts.ts'
import type { Verdict } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import { span } from './span.ts'

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

/** What the Kubernetes API would tell: nobody asks it, it does not answer, its watch stands still, or we may not read all of it. */
export function lackingCluster(of: Case, wouldTell: string): Verdict['missing'] {
  const api = 'the Kubernetes API'
  const why = of.facts.absence(kubernetes, 'cluster')
  const read = of.facts.newest(kubernetes, 'cluster')
  if (why !== undefined || !read) return [{ what: why === undefined ? api : `${api} (${why})`, wouldTell }]
  const { staleSince, missing } = read.value
  if (staleSince !== undefined)
    return [{ what: `${api} (it has told nothing new for ${span(Math.max(0, of.at - staleSince))})`, wouldTell }]
  return missing.map(({ what, why }) => ({ what: `${api}: ${what} (${why})`, wouldTell }))
}
