import { cpu } from '../../evidence/cpu/facts.ts'
import { ledgerFacts } from '../../evidence/ledger/facts.ts'
import { attemptLines } from '../attempt-lines.ts'
import { type Attempt, attemptsOf, isHeard } from '../attempts.ts'
import type { Case } from '../case.ts'
import { defineRule, type Finding } from '../rule.ts'
import { span } from '../span.ts'
import { stalledMs } from '../stalls.ts'
import { reasonOf } from './reason.ts'

export const starved = defineRule({
  name: 'starved',
  title: 'longhold itself stood still',
  family: 'ourselves',
  judge,
})

/** Whoever stands still for this much of a wait cannot have heard an answer to it. */
const share = 0.8
/** Fewer are no pattern. */
const least = 3

function judge(of: Case): Finding[] {
  const all = attemptsOf(of).filter(each => isOurs(of, each))
  const inVain = all.filter(({ isDoubtful }) => isDoubtful)
  const ours = heardAllTheSame(of, inVain) * 4 > inVain.length ? all.filter(({ isDoubtful }) => !isDoubtful) : all
  const [first, last] = [ours[0], ours.at(-1)]
  if (!first || !last || ours.length < least) return []
  const time = {
    from: first.sentAt - marginMs,
    to: Math.max(...ours.map(({ symptom }) => symptom?.at ?? 0)) + marginMs,
  }
  const stood = stalledMs(of, time)
  const reason = reasonOf(of, time, stood)
  return [
    {
      says: `${ours.length} attempts failed while longhold itself stood still, for ${span(stood)} in ${span(time.to - time.from)}${reason ? ` (${reason.says})` : ''}: they tell nothing about the network.`,
      explains: ours.flatMap(({ symptom }) => symptom ?? []),
      of: ours.length,
      confidence: {
        level: reason?.isProven ? 'proven' : 'likely',
        because: `it stood still for most of each wait${reason ? `; ${reason.says}` : ''}`,
      },
      evidence: [
        ...attemptLines(ours),
        {
          source: 'client',
          at: last.symptom?.at ?? of.at,
          says: `its event loop stood still for ${span(stood)} in all`,
        },
        ...(reason ? [reason.line] : []),
      ],
      ruledOut: [],
      missing: of.facts.newest(cpu, 'own')
        ? []
        : [
            {
              what: 'the counters of our cgroup (cpu.stat) and the pressure of the machine (/proc/pressure/cpu)',
              wouldTell: 'whether a CPU limit, others on the machine, or its own event loop held it up',
            },
          ],
      remedy: reason?.remedy ?? [
        '# Give it more: the pod’s resources.requests.cpu, and no resources.limits.cpu, which throttles in bursts.',
        '# Or ask less of it: fewer connections a process, longer intervals.',
        'kubectl top pod; cat /sys/fs/cgroup/cpu.stat',
      ],
    },
  ]
}

/** Ticks come a moment after what they tell, ms. */
const marginMs = 250

function isOurs(of: Case, { symptom, isDoubtful, fate, tookUs }: Attempt): boolean {
  if (!symptom?.suspect) return false
  if (isDoubtful)
    return stalledMs(of, { from: symptom.at - tookUs / 1000, to: symptom.at + marginMs }) >= (share * tookUs) / 1000
  return fate === 'closed' && symptom.type === 'ended' && (wasLate(of, symptom.id) ?? wasDeaf(of, symptom.at))
}

/** A server waits for some seconds (4 s by default): who stood still for as much of the last ten has hardly answered it. */
const deaf = { ofMs: 10_000, atLeastMs: 4000 } as const

const wasDeaf = (of: Case, at: number): boolean => stalledMs(of, { from: at - deaf.ofMs, to: at }) >= deaf.atLeastMs

/** Answered meanwhile though we stood still: then what was not answered has another cause. */
function heardAllTheSame(of: Case, ours: readonly Attempt[]): number {
  const [from, to] = [ours[0]?.sentAt ?? 0, ours.at(-1)?.sentAt ?? 0]
  return attemptsOf(of).filter(each => isHeard(each) && each.isDoubtful && each.sentAt >= from && each.sentAt <= to)
    .length
}

/** Whether the server had waited for us in vain; `undefined` where its ledger does not tell. */
function wasLate({ facts }: Case, id: string | undefined): boolean | undefined {
  const told = facts.all(ledgerFacts, 'servers').flatMap(({ value }) => value.filter(fact => fact.id === id))
  const endings = told.flatMap(({ ending }) => ending ?? [])
  return told.length === 0 ? undefined : endings.some(({ fate, planned }) => fate === 'timeout' && !planned)
}
