import type { Verdict } from '../../outcome/verdict.ts'
import type { Case } from '../case.ts'
import { lackingNode } from '../lacking.ts'
import { conntrackMemory, ipvsMemory, type Memory } from '../memory.ts'
import { together } from '../one-finding.ts'
import { defineRule, type Finding } from '../rule.ts'
import type { TimeoutChange } from '../timeout-watch.ts'
import { hadOneServer } from './one-server.ts'
import { remedy } from './remedy.ts'
import { fateOf, pathWords, rangeOf } from './words.ts'

export const pathTimeoutChanged = defineRule({
  name: 'path-timeout-changed',
  title: 'the idle timeout of a path changed',
  family: 'forgotten-flow',
  judge: of => [
    ...together(judged(of, 'shorter')),
    ...together(judged(of, 'longer')).map(found => ({ ...found, planned: true }) as const), // nobody dies of it
  ],
})

const judged = (of: Case, became: TimeoutChange['became']): Finding[] =>
  of.changes.filter(change => change.became === became && !hadOneServer(of, change)).map(change => told(of, change))

function told(of: Case, change: TimeoutChange): Finding {
  const { became, before, now, silences } = change
  const memory = became === 'shorter' ? memoryWithin(of, change) : undefined
  const rounds = became === 'shorter' ? silences.now.roundsDied : silences.now.roundsLived
  return {
    variant: became,
    says: `The idle timeout of the path ${pathWords(change.of)} became ${became}: it is ${rangeOf(now)} now, and was ${rangeOf(before)} (${fateOf(silences.before)} before, ${fateOf(silences.now)} since).`,
    explains: [change],
    of: 1,
    confidence: {
      level: memory ? 'proven' : 'likely',
      because: `what was measured before and since has nothing in common, and luck does as much less than once in a million times${memory ? '; the node’s own timer is now what was measured' : ''}`,
    },
    evidence: [
      { source: 'client', at: change.after, says: `until then: ${rangeOf(before)}; ${fateOf(silences.before)}` },
      { source: 'client', at: change.by, says: `since then: ${rangeOf(now)}; ${fateOf(silences.now)}` },
      ...(memory ? [memory.line] : []),
    ],
    ruledOut: ruledOut(became, rounds),
    missing: memory ? [] : lackingNode(of, 'whether it is a timer of the node, and which'),
    remedy: remedy(change),
  }
}

/** The node's own timer, where it is what was measured. */
function memoryWithin(of: Case, { of: { path }, now: { timeout } }: TimeoutChange): Memory | undefined {
  const memory = ipvsMemory(of) ?? conntrackMemory(of)
  if (!memory || !timeout || path !== 'service') return undefined
  return memory.ms >= timeout.lowMs && memory.ms <= timeout.highMs ? memory : undefined
}

function ruledOut(became: TimeoutChange['became'], rounds: number): Verdict['ruledOut'] {
  const inRounds = `it was so ${rounds} times, one silence after another: one moment is one of them`
  if (became === 'longer') return [{ what: 'luck', because: inRounds }]
  return [
    { what: 'conntrack-flush', because: inRounds },
    { what: 'planned-end', because: 'who was said goodbye to is not among them' },
    { what: 'packet-loss', because: 'shorter silences on the same path are survived' },
    { what: 'peer-died', because: 'what outages explain is left out' },
  ]
}
