import { cleanUpOf, cleanUpSources } from '../evidence/kube-proxy/clean-up.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import { span } from './span.ts'

/** Why the entries are still there, as far as it is known. */
export interface NotCleaned {
  /** Continues a sentence: `kube-proxy v1.31.14 ...`. */
  readonly says: string
  readonly line: EvidenceLine
  readonly remedy: readonly string[]
}

/** What changed when nobody cleaned up behind it: endpoints were replaced, the last one went, or the whole Service did. */
export type Change = 'replaced' | 'last-gone' | 'deleted' | 'came'

/** `undefined` where nobody can say. `since`: epoch ms at which it should have happened. */
export function notCleaned(of: Case, change: Change, since: number): NotCleaned | undefined {
  const read = of.facts.newest(kubeProxy, 'node')
  if (!read) return undefined
  const { at, value } = read
  const told = (says: string, seen: string, remedy: readonly string[]): NotCleaned => ({
    says,
    line: { source: 'node kube-proxy', at, says: seen },
    remedy,
  })
  const { version = '', conntrackBinary, running, reachable, healthy, lastSyncAt } = value
  const known = cleanUpOf(version)
  const name = `kube-proxy${version && ` ${version}`}`
  if (running === false && !reachable)
    return told('no kube-proxy runs on this node', 'no process of kube-proxy, and nobody answers on its ports', [
      '# Nobody keeps the rules of this node, unless another program does it in its place: start kube-proxy again.',
      'kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide',
    ])
  if (conntrackBinary === false && known?.by !== 'netlink')
    return told(
      known?.by
        ? `${name} cleans up with the program conntrack and does not find it`
        : `${name} does not find the program conntrack, with which versions up to 1.31 clean up (of its own nothing is known)`,
      `${version || 'its version is unknown'}; no program conntrack in its PATH`,
      ['# Since 1.32 kube-proxy needs no program to clean up; or put conntrack-tools into its image:', log],
    )
  const fault = change === 'deleted' ? known?.leavesAtDelete : change === 'last-gone' ? known?.leavesAtZero : undefined
  if (fault) {
    const source = cleanUpSources[change === 'deleted' ? 'leavesAtDelete' : 'leavesAtZero']
    const what = change === 'deleted' ? 'a Service that is deleted' : 'a Service that loses its last endpoint'
    return told(`${name} leaves the entries of ${what} (${source})`, version, [
      `# ${name} is known to leave them: see ${source} for the version that does not.`,
    ])
  }
  if (healthy === false)
    return told(`${name} says that it is behind with its rules`, `${version}; its health port says no`, [
      'kubectl -n kube-system logs ds/kube-proxy --tail=100',
    ])
  if (reachable && lastSyncAt !== undefined && lastSyncAt < since)
    return told(
      `${name} has not synced since`,
      `its last sync was ${span(Math.max(0, at - lastSyncAt))} before this reading`,
      ['kubectl -n kube-system logs ds/kube-proxy --tail=100'],
    )
  if (known?.by === 'program')
    return told(
      `${name} cleans up once, when the change comes, and never looks again (kubernetes#126130)`,
      `${version}: since 1.32 it compares all of conntrack with all Services`,
      ['# Update kube-proxy to 1.32 or later. Whether its clean-up failed:', log],
    )
  return undefined
}

const log = 'kubectl -n kube-system logs ds/kube-proxy | grep -i conntrack'
