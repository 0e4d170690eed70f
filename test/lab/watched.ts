import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster/cluster.ts'
import type { Judged } from './proof.ts'
import type { Incident, Seen } from './seen/incident.ts'
import { verdictsIn } from './matrix/named.ts'
import { stillOpen } from './matrix/still-open.ts'

/** What came last waits a few seconds for its explanation (src/diagnosis/unexplained.ts): one examination after that has seen it all. */
export async function untilJudged({ journals }: Cluster, signal: AbortSignal): Promise<void> {
  const from = Date.now() + 5500
  await until(() => journals.read().some(({ type, at }) => type === 'examined' && at > from), signal)
}

/** Whether what was broken was mended, and its verdict has no reason to stay. */
export const isHealed = ({ moments }: Pick<Incident, 'moments'>): boolean =>
  moments.some(({ name }) => name === 'healed' || name === 'remedied')

/** Resolves when nothing is open any more, or when that is not to be hoped for. */
export const untilClosed = ({ journals }: Cluster, signal: AbortSignal): Promise<void> =>
  until(() => openIn({ observations: journals.read() }).length === 0, signal)

/** Once healed, a verdict closes by itself. */
export function closedAgain(incident: Incident): Judged {
  const open = openIn(incident)
  return {
    witness: 'client',
    says: 'once healed, what longhold named is over by itself',
    found: open.map(({ id }) => `${id} is open`).join(', ') || 'none is open',
    expected: 'none is open',
    holds: open.length === 0,
  }
}

const openIn = (incident: { readonly observations: readonly Seen[] }) => stillOpen(verdictsIn(incident), incident)

async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!holds() && performance.now() < deadline) await sleep(200, undefined, { signal })
}
