import { attemptLines } from '../attempt-lines.ts'
import type { Attempt } from '../attempts.ts'
import type { Case } from '../case.ts'
import { hostOf } from '../host.ts'
import { defineRule, type Finding } from '../rule.ts'
import { type Server, serversOf, serverWords } from '../servers.ts'
import { inVain } from './in-vain.ts'

export const plannedEnd = defineRule({
  name: 'planned-end',
  title: 'a server said goodbye',
  family: 'ended',
  judge,
})

/** What ended because a server said goodbye, and what could not open for a moment because of it. */
function judge(of: Case): Finding[] {
  const byes = of.goodbyes.filter(({ phase, fate }) => phase !== 'connect' && fate === 'closed')
  const vain = inVain(of)
  if (byes.length + vain.length === 0) return []
  const refused = of.goodbyes.filter(({ phase }) => phase === 'connect')
  const left = leftIn(of, byes.length > 0 ? byes.map(({ peer }) => peer?.instance) : calledIn(of, vain))
  const opened = openedSince(of, Math.min(...left.map(({ instance }) => of.farewells.get(instance)?.from ?? of.at)))
  const successors = [...new Set(opened.map(({ instance }) => instance))].flatMap(id => serversOf(of).get(id) ?? [])
  return [
    {
      planned: true,
      variant: variantOf(left, successors),
      says: `${left.map(serverWords).join(', ')} said goodbye${byes.length > 0 ? ` to ${byes.length} connections` : ''}${successors.length > 0 ? `; ${opened.length} were opened since, to ${successors.map(serverWords).join(', ')}` : ''}.`,
      explains: [...byes, ...refused, ...vain.flatMap(({ symptom }) => symptom ?? [])],
      of: byes.length + refused.length + vain.length,
      confidence: { level: 'proven', because: 'the server said so before it ended' },
      evidence: [
        ...[...Map.groupBy(byes, ({ code }) => code)].map(([code, those]) => ({
          source: 'client',
          at: those.at(-1)?.at ?? of.at,
          says: `${those.length} × ${code}`,
        })),
        ...attemptLines(vain),
      ],
      ruledOut: [{ what: 'peer-died', because: 'who dies says no goodbye' }],
      missing: [],
      remedy: ['# Nothing: this is how a server should leave.'],
    },
  ]
}

/** `restart`: the same pod, as another process. `rollout`: others take over. `leaving`: nobody does, yet. */
function variantOf(left: readonly Server[], successors: readonly Server[]): string {
  if (successors.length === 0) return 'leaving'
  const pods = new Set(left.map(({ pod }) => pod))
  return successors.every(({ pod }) => pods.has(pod)) ? 'restart' : 'rollout'
}

const leftIn = (of: Case, instances: readonly (string | undefined)[]): readonly Server[] =>
  [...new Set(instances)].flatMap(
    instance => serversOf(of).get(instance ?? '') ?? of.farewells.get(instance ?? '')?.peer ?? [],
  )

/** Who was called in vain; of a name without addresses all that had one. */
function calledIn({ farewells }: Case, vain: readonly Attempt[]): readonly string[] {
  const hosts = new Set(vain.map(({ host }) => host))
  const called = [...farewells].filter(([, { peer }]) => hosts.has(hostOf(peer.ip)))
  return (called.length > 0 ? called : [...farewells]).map(([instance]) => instance)
}

/** Since the first goodbye, in cohorts that lost a connection by one. */
function openedSince(of: Case, from: number): readonly Server[] {
  const cohorts = of.cohorts.filter(({ ends }) =>
    [...ends].some(end => end.planned && end.at >= from && end.fate === 'closed'),
  )
  return cohorts.flatMap(({ opens }) => [...opens].filter(each => each.at > from).map(({ peer }) => peer))
}
