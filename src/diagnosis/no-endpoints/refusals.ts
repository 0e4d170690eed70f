import { netstat } from '../../evidence/netstat/facts.ts'
import { isRefused } from '../attempts.ts'
import type { Case } from '../case.ts'
import { oldHeard, type Shut } from '../shut.ts'

/** One sentence how it is known that the refusal comes from on the way, and from no server; `undefined` where it is not. */
export const refusedOnTheWay = (of: Case, shut: Shut): string | undefined => byIcmp(of, shut) ?? byOldPorts(shut)

/** A kernel on which nobody listens refuses TCP with RST; only who stands in between says so by ICMP. */
function byIcmp(of: Case, { bad }: Shut): string | undefined {
  const times = bad.filter(isRefused).map(({ proto, symptom }) => ({ proto, at: symptom?.at ?? 0 }))
  const readings = of.facts.all(netstat, 'own')
  const first = times[0]?.at ?? 0
  const [before, after] = [readings.findLast(({ at }) => at <= first) ?? readings[0], readings.at(-1)]
  if (!before || !after) return undefined
  const counted = times.filter(({ at }) => at > before.at && at <= after.at)
  const rose = (after.value[unreachable] ?? 0) - (before.value[unreachable] ?? 0)
  const tcp = counted.filter(({ proto }) => proto === 'tcp').length
  return tcp >= 2 && rose >= counted.length
    ? `${tcp} connects were refused by ICMP (own ${unreachable} rose by ${rose}), which no server's kernel does`
    : undefined
}

const unreachable = 'Icmp.InDestUnreachs'

/** The very sockets that new questions are refused at go on answering ports they know. */
function byOldPorts(shut: Shut): string | undefined {
  const answers = oldHeard(shut).filter(({ proto }) => proto === 'udp')
  const refused = shut.bad.filter(each => each.proto === 'udp' && isRefused(each))
  return answers.length >= 2 && refused.length >= 2
    ? `its servers answered ${answers.length} questions from ports they knew meanwhile`
    : undefined
}
