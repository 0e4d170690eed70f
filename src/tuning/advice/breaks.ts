import { late } from '../../settings/late.ts'
import type { Wishes } from './advise.ts'
import { costsOf, probesOf, toleratedLosses } from './costs.ts'
import { type Ending, type Hop, shortestOf } from './hop.ts'
import { between, lostProbes, packets, seconds } from './seconds.ts'
import { latestProbeS, most, type Setting } from './setting.ts'

/** What goes wrong with a setting. `kills`: connections do not survive the path. `hurts`: they do, and pay for it. */
export interface Break {
  readonly name:
    | 'keepalive-off'
    | 'kernel-refuses'
    | 'probe-kills'
    | 'few-losses'
    | 'user-timeout-cuts-probes'
    | 'user-timeout-lengthens'
    | 'no-user-timeout'
    | 'slow-detection'
    | 'over-budget'
  readonly level: 'kills' | 'hurts'
  readonly says: string
}

/** What breaks on this path with the setting that is there now; the worst first. */
export function breaksOf(setting: Setting | 'off', hops: readonly Hop[], wishes: Wishes): Break[] {
  const shortest = shortestOf(hops)
  if (setting === 'off') return shortest ? [off(shortest)] : []
  return [
    ...refused(setting),
    ...hops
      .filter(({ refreshed }) => refreshed)
      .toSorted((a, b) => a.lowS - b.lowS)
      .flatMap(hop => tooLate(setting, hop)),
    ...fewLosses(setting, shortest, wishes),
    ...userTimeout(setting, wishes),
    ...wished(setting, wishes),
  ]
}

const off = ({ name, lowS, ending }: Hop): Break => ({
  name: 'keepalive-off',
  level: 'kills',
  says: `nothing keeps an idle connection known: ${name} forgets it after ${seconds(lowS)}, and ${words[ending].word}.`,
})

function refused({ idleS, intervalS, count }: Setting): Break[] {
  const given = [
    ['TCP_KEEPIDLE', idleS, most.idleS],
    ['TCP_KEEPINTVL', intervalS, most.intervalS],
    ['TCP_KEEPCNT', count, most.count],
  ] as const
  return given
    .filter(([, value, at]) => value > at)
    .map(([option, value, at]) => ({
      name: 'kernel-refuses',
      level: 'kills',
      says: `the kernel refuses ${option} = ${value}: it takes 1 to ${at}, and most programs do not say that it did not.`,
    }))
}

const words: Readonly<Record<Ending, { readonly probe: string; readonly word: string }>> = {
  reset: {
    probe: 'the keepalive itself is the packet that is answered with RST, and kills the connection while it is idle',
    word: 'the next word is reset',
  },
  silent: {
    probe: 'the probes are dropped, and the connection fails with ETIMEDOUT once all of them went unanswered',
    word: 'the next word is met with silence',
  },
  'reset-both': { probe: 'both ends are reset before the first probe', word: 'resets both ends' },
  closed: { probe: 'the connection is closed before the first probe', word: 'closes it' },
  unknown: {
    probe: 'the keepalive itself is the packet that finds out, and kills the connection',
    word: 'the next word finds nobody',
  },
}

function tooLate({ idleS }: Setting, { name, lowS, highS, ending }: Hop): Break[] {
  if (late(idleS) < lowS) return []
  const when =
    idleS >= highS
      ? `comes after ${seconds(idleS)}, when ${name} has forgotten the connection (after ${between(lowS, highS)})`
      : idleS >= lowS
        ? `comes after ${seconds(idleS)}, when ${name} may have forgotten the connection (${between(lowS, highS)})`
        : `is due after ${seconds(idleS)}, so close to the ${seconds(lowS)} of ${name} that a late timer (up to ${seconds(late(idleS))}) misses it`
  return [{ name: 'probe-kills', level: 'kills', says: `the first probe ${when}: ${words[ending].probe}.` }]
}

function fewLosses(setting: Setting, shortest: Hop | undefined, { losses }: Wishes): Break[] {
  const timeoutS = shortest?.lowS ?? Infinity
  const tolerated = toleratedLosses(setting, timeoutS)
  if (tolerated < 0 || tolerated >= losses || tolerated + 1 >= probesOf(setting)) return []
  const nextS = latestProbeS(setting, tolerated + 1)
  if (nextS < timeoutS) return [] // the user timeout cuts it off, which is said elsewhere
  return [
    {
      name: 'few-losses',
      level: 'hurts',
      says: `it forgives ${lostProbes(tolerated)} in a row, and ${losses} are wished for: after ${lostProbes(tolerated + 1)} the next one leaves within ${seconds(nextS)}, and ${shortest?.name ?? 'the path'} forgets after ${seconds(timeoutS)}.`,
    },
  ]
}

function userTimeout(setting: Setting, { losses }: Wishes): Break[] {
  const { idleS, intervalS, count, userTimeoutMs } = setting
  if (userTimeoutMs === 0)
    return [
      {
        name: 'no-user-timeout',
        level: 'hurts',
        says: 'without TCP_USER_TIMEOUT a peer that dies while data is in flight is noticed by tcp_retries2 alone, after 15 minutes and more: keepalive is silent meanwhile.',
      },
    ]
  const wanted = Math.min(losses, count - 1)
  const ends = seconds(userTimeoutMs / 1000)
  const byTheClock = probesOf(setting) - 1
  const whenLate = toleratedLosses(setting, Infinity)
  if (byTheClock < wanted || (whenLate === 0 && wanted > 0))
    return [
      {
        name: 'user-timeout-cuts-probes',
        level: 'hurts',
        says: `TCP_USER_TIMEOUT ${ends} replaces the count of ${count}: the connection ends after ${byTheClock < wanted ? lostProbes(byTheClock + 1) : `${lostProbes(1)} where the kernel’s timers are late`}. ${seconds(Math.ceil(Math.max(idleS + intervalS * count, latestProbeS(setting, wanted))))} would leave room for all of them.`,
      },
    ]
  if (probesOf(setting) > count)
    return [
      {
        name: 'user-timeout-lengthens',
        level: 'hurts',
        says: `TCP_USER_TIMEOUT ${ends} replaces the count of ${count}: a dead peer is noticed after ${seconds(costsOf(setting).idleDetectionS)}, not after ${seconds(idleS + intervalS * count)}.`,
      },
    ]
  return []
}

function wished(setting: Setting, { detectS = Infinity, packetsPerDay = Infinity }: Wishes): Break[] {
  const costs = costsOf(setting)
  const slow: Break = {
    name: 'slow-detection',
    level: 'hurts',
    says: `a dead peer is noticed after ${seconds(costs.idleDetectionS)}, and ${seconds(detectS)} are wished for.`,
  }
  const costly: Break = {
    name: 'over-budget',
    level: 'hurts',
    says: `an idle connection takes ${packets(costs.packetsPerDay)} packets a day, and ${packets(packetsPerDay)} are wished for.`,
  }
  return [...(costs.idleDetectionS > detectS ? [slow] : []), ...(costs.packetsPerDay > packetsPerDay ? [costly] : [])]
}
