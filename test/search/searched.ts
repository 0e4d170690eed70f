import { realClock } from '../../src/clock.ts'
import { systemResolve } from '../../src/resolve.ts'
import { awake } from '../../src/search/awake.ts'
import { limiter } from '../../src/search/limiter.ts'
import type { Speaker } from '../../src/search/protocol.ts'
import { search, type SearchPlan } from '../../src/search/search.ts'
import { protocolOf } from '../../src/search/target.ts'
import { type Finding, findingOf } from '../../src/tuning/finding.ts'

export interface Wanted extends Partial<Omit<SearchPlan, 'speakers' | 'known'>> {
  readonly say?: string
  readonly udpStream?: boolean
  readonly speakers?: readonly Speaker[]
  readonly known?: SearchPlan['known']
  readonly signal?: AbortSignal
  readonly awake?: () => number
}

const identity = { pod: 'searcher', node: 'here', ip: '127.0.0.1', instance: 'searcher' }

/** Searches as the command does, with what is usual unless told otherwise. */
export async function searched(target: string, wanted: Wanted = {}): Promise<readonly Finding[]> {
  const clock = realClock
  const {
    say,
    udpStream = false,
    signal = new AbortController().signal,
    awake: awakeFor = awake(clock),
    ...plan
  } = wanted
  const protocol = protocolOf(target, { clock, resolve: systemResolve(clock), identity, say, udpStream })
  const found = await search(
    {
      speakers: protocol.speakers,
      fromMs: 1000,
      toMs: 20_000,
      ratio: 1.15,
      again: false,
      each: protocol.room === undefined ? 8 : 2,
      most: (protocol.room ?? 1000) * 0.8,
      deadlineMs: 2000,
      keepalive: protocol.transport === 'tcp',
      known: {},
      ...plan,
    },
    {
      protocol,
      clock,
      limiter: limiter(clock, { perSecond: 2000 }),
      awake: awakeFor,
      signal,
      onProgress() {},
      onTrials() {},
    },
  )
  return found.map(each => findingOf({ ...each, protocol: protocol.name, transport: protocol.transport }))
}
