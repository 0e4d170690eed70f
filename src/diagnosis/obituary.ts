import { kubernetes } from '../evidence/kubernetes/facts.ts'
import { ledgerFacts } from '../evidence/ledger/facts.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import { hostOf } from './host.ts'
import type { Server } from './servers.ts'

/** What others say of a server: it is `alive`, does not answer (`silent`), or is gone, and `another` process in its place or on its way. */
export interface Obituary extends EvidenceLine {
  readonly told: 'alive' | 'silent' | 'another'
}

/** The surest word since then. */
export function obituaryOf(of: Case, server: Server, from: number): Obituary | undefined {
  const words = [...byLedger(of, server, from), ...byCluster(of, server, from)]
  const [alive, another] = [words.find(({ told }) => told === 'alive'), words.find(({ told }) => told === 'another')]
  return alive ?? another ?? words.at(-1)
}

function byLedger(of: Case, { instance, pod }: Server, from: number): Obituary[] {
  const source = 'ledger'
  return of.facts.all(ledgerFacts, 'servers').flatMap(({ at, value }) =>
    value.flatMap((fact): Obituary[] => {
      if (at < from || fact.instance !== instance) return []
      if (fact.answeredBy !== undefined && fact.answeredBy !== instance)
        return [{ told: 'another', source, at, says: `another process answers in the place of ${pod}` }]
      // One that answers at the last moment has not died yet.
      if (fact.answeredBy === instance && at > from + lastWordMs)
        return [{ told: 'alive', source, at, says: `${pod} answers` }]
      return fact.state === 'unreachable'
        ? [
            {
              told: 'silent',
              source,
              at,
              says: `the ledger of ${pod} does not answer${fact.why === undefined ? '' : ` (${fact.why})`}`,
            },
          ]
        : []
    }),
  )
}

/** A question to a ledger may be under way for so long, ms. */
const lastWordMs = 2000

function byCluster(of: Case, { ip, pod }: Server, from: number): Obituary[] {
  const host = hostOf(ip)
  const source = 'cluster kubernetes'
  return of.facts.all(kubernetes, 'cluster').flatMap(({ at, value: { changes, pods } }) => [
    ...changes.flatMap(({ what, who, address, at: when }): Obituary[] => {
      const isTheirs = address === undefined ? who.endsWith(`/${pod}`) : hostOf(address) === host
      if (!isTheirs || when < from - beforeMs || (what !== 'pod-restarted' && what !== 'pod-gone')) return []
      const end = pods.find(({ name }) => name === who)?.lastEnd
      const why = end?.reason === undefined ? '' : `: ${end.reason}`
      return [
        { told: 'another', source, at, says: `pod ${who} ${what === 'pod-gone' ? 'is gone' : 'was restarted'}${why}` },
      ]
    }),
    // The container has ended, and is not started again yet.
    ...pods.flatMap(({ name, address, lastEnd }): Obituary[] =>
      host !== undefined && hostOf(address) === host && (lastEnd?.at ?? -Infinity) >= from - beforeMs
        ? [
            {
              told: 'another',
              source,
              at,
              says: `the container of pod ${name} ended: ${lastEnd?.reason ?? 'no reason'}`,
            },
          ]
        : [],
    ),
  ])
}

/** The cluster may hear of it before its connections do, ms. */
const beforeMs = 120_000
