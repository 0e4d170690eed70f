import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import type { Verdict } from '../outcome/verdict.ts'
import type { Case } from './case.ts'

/** What the agent of the node would tell, were there one. */
export const lackingNode = (of: Case, wouldTell: string): Verdict['missing'] =>
  of.facts.has('node') ? [] : [{ what: 'the agent of this node (longhold agent)', wouldTell }]

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
