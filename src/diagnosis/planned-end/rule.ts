import type { Case, Death } from '../case.ts'
import { defineRule, type Finding } from '../rule.ts'
import { type Server, serversOf, serverWords } from '../servers.ts'

export const plannedEnd = defineRule({
  name: 'planned-end',
  title: 'A server said goodbye',
  family: 'ended',
  judge,
})

/** What ended because a server said goodbye, and what could not open for a moment because of it. */
function judge(of: Case): Finding[] {
  const byes = of.goodbyes.filter(({ phase, fate }) => phase !== 'connect' && fate === 'closed')
  const [first] = byes
  if (!first) return []
  const refused = of.goodbyes.filter(({ phase }) => phase === 'connect')
  const left = [...new Set(byes.map(({ peer }) => peer?.instance ?? ''))].flatMap(
    instance => serversOf(of).get(instance) ?? [],
  )
  const opened = openedSince(of, first)
  const successors = [...new Set(opened.map(({ instance }) => instance))].flatMap(id => serversOf(of).get(id) ?? [])
  return [
    {
      planned: true,
      variant: variantOf(left, successors),
      says: `${left.map(serverWords).join(', ')} said goodbye to ${byes.length} connections${successors.length > 0 ? `; ${opened.length} were opened since, to ${successors.map(serverWords).join(', ')}` : ''}.`,
      explains: [...byes, ...refused],
      of: byes.length + refused.length,
      confidence: { level: 'proven', because: 'the server said so before it ended' },
      evidence: [...Map.groupBy(byes, ({ code }) => code)].map(([code, those]) => ({
        source: 'client',
        at: those.at(-1)?.at ?? of.at,
        says: `${those.length} × ${code}`,
      })),
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

/** Since the first of them, in cohorts that lost a connection by it. */
function openedSince(of: Case, { at }: Death): readonly Server[] {
  const cohorts = of.cohorts.filter(({ ends }) =>
    [...ends].some(end => end.planned && end.at >= at && end.fate === 'closed'),
  )
  return cohorts.flatMap(({ opens }) => [...opens].filter(each => each.at > at).map(({ peer }) => peer))
}
