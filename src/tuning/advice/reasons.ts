import type { Wishes } from './advise.ts'
import type { Choice } from './choose.ts'
import { costsOf } from './costs.ts'
import { type Hop, shortestOf } from './hop.ts'
import { lostProbes, packets, seconds } from './seconds.ts'
import { kernelDefault, latestProbeS } from './setting.ts'

/** One thing a setting keeps to. */
export interface Reason {
  readonly name: 'timeout' | 'detection' | 'budget' | 'default' | 'count' | 'user-timeout'
  /** The idle time follows from it. */
  readonly decides: boolean
  readonly says: string
}

export function reasonsOf(choice: Choice, hops: readonly Hop[], wishes: Wishes): Reason[] {
  const { setting, losses, deciding } = choice
  const { idleDetectionS, packetsPerDay } = costsOf(setting)
  const shortest = shortestOf(hops)
  const { detectS, packetsPerDay: budget } = wishes
  return [
    ...hops.filter(({ refreshed }) => refreshed).map(hop => ofHop(hop, hop === shortest, choice)),
    ...(deciding === 'default'
      ? [
          {
            name: 'default' as const,
            decides: true,
            says: `nothing asks for less than the kernel’s own ${seconds(kernelDefault.idleS)}, and nobody gains from more.`,
          },
        ]
      : []),
    ...(detectS !== undefined && idleDetectionS <= detectS
      ? [
          {
            name: 'detection' as const,
            decides: deciding === 'detection',
            says: `a dead peer is noticed after ${seconds(idleDetectionS)}, and ${seconds(detectS)} are allowed.`,
          },
        ]
      : []),
    ...(budget !== undefined && packetsPerDay <= budget
      ? [
          {
            name: 'budget' as const,
            decides: deciding === 'budget',
            says: `${packets(packetsPerDay)} packets a day, and ${packets(budget)} are allowed.`,
          },
        ]
      : []),
    {
      name: 'count',
      decides: false,
      says: `${setting.count} probes: a connection outlives ${lostProbes(losses)} in a row.`,
    },
    {
      name: 'user-timeout',
      decides: false,
      says: `${seconds(setting.userTimeoutMs / 1000)}: idle and all probes. A shorter one would end the connection before its last probe, since the kernel then ignores the count; without one, data in flight waits for tcp_retries2, 15 minutes and more.`,
    },
  ]
}

function ofHop(hop: Hop, isShortest: boolean, { setting, losses, deciding }: Choice): Reason {
  const last = seconds(latestProbeS(setting, losses))
  const decides = isShortest && deciding === 'timeout'
  const third = decides ? ' idle is a third of that;' : ''
  return {
    name: 'timeout',
    decides,
    says: `${hop.name} forgets after ${seconds(hop.lowS)}${isShortest ? ', before all others' : ''}:${third} after ${lostProbes(losses)} the next one leaves within ${last}, however late the kernel’s timers are.`,
  }
}
