import { flowKey } from '../outcome/flow.ts'
import type { EvidenceLine } from '../outcome/verdict.ts'
import type { Case } from './case.ts'
import { type Loss, lossesOf } from './losses.ts'
import type { Memory } from './memory.ts'
import { perCase } from './per-case.ts'
import { keepaliveOf } from './silences.ts'

/**
 * Lost to silence where a reset was due: led to another server anew, they met the zombie that an earlier connection from the
 * same port had left there. It answers a packet outside its window with a bare ACK (RFC 793, 3.9; RFC 5961, 5), which means
 * nothing to the client, instead of the RST that would have told it.
 */
const zombiesMet = perCase((of: Case): readonly Loss[] => {
  const silent = lossesOf(of).filter(({ manner, way }) => manner === 'silence' && way === 'translated')
  const ends = of.cohorts.flatMap(({ ends }) => [...ends].filter(({ planned, fate }) => !planned && fate === 'reset'))
  return silent.filter(({ death }) => {
    const key = death.flow && flowKey(death.flow)
    return ends.some(
      earlier =>
        earlier.flow !== undefined &&
        flowKey(earlier.flow) === key &&
        earlier.at < death.at - death.lifetimeMs &&
        earlier.peer?.instance !== death.peer?.instance,
    )
  })
})

/** Those of them that were forgotten as well, with keepalive or without, and what is told of them. */
export function zombiesMetBeyond(
  of: Case,
  memory: Memory,
  { kept }: { readonly kept: boolean },
): { readonly also: readonly Loss[]; readonly lines: readonly EvidenceLine[] } {
  const also = zombiesMet(of).filter(
    ({ quietMs, cohort }) => quietMs >= memory.ms && keepaliveOf(cohort) < Infinity === kept,
  )
  const last = also.at(-1)
  return {
    also,
    lines: last
      ? [
          {
            source: 'client',
            at: last.death.at,
            says: `${also.length} more met silence instead of a reset: another connection from the same port was lost before, and the server that still holds it answers with a bare ACK`,
          },
        ]
      : [],
  }
}
