import type { Flow } from '../outcome/flow.ts'
import type { ConnectionRow } from '../probes/kind.ts'

/** Flows looked at, and rows looked for them, at most. */
const [most, mostRows] = [4, 2000]

/** A live flow to each address that connections lead to, for who asks what the node and the cluster know of these. */
export function liveFlows(rows: Iterable<ConnectionRow>): readonly Flow[] {
  const byRemote = new Map<string, Flow>()
  let looked = 0
  for (const { addresses, state } of rows) {
    if (byRemote.size === most || ++looked > mostRows) break
    const { local, remote } = addresses()
    if (local !== '' && remote !== '' && state === 'idle' && !byRemote.has(remote))
      byRemote.set(remote, { proto: 'tcp', local, remote })
  }
  return [...byRemote.values()]
}
