import type { Case } from '../case.ts'
import { lackingNode } from '../lacking.ts'
import { type Led, ledIn } from '../led.ts'
import { together } from '../one-finding.ts'
import { questionLines } from '../question-lines.ts'
import { defineRule, type Finding } from '../rule.ts'
import { addressOf } from '../deletions.ts'
import { bridgeShown, notOverBridge } from './neighbours.ts'
import { missesBy, type Strangers, strangersIn } from './strangers.ts'

export const lostUnNat = defineRule({
  name: 'lost-un-nat',
  title: 'answers come from the pod’s own address: nobody translates them back',
  family: 'lost-nat',
  judge: of => {
    const all = strangersIn(of).flatMap(each => judgeOne(of, each))
    const sure = all.filter(({ only }) => only === undefined)
    return together(sure.length > 0 ? sure : all)
  },
})

function judgeOne(of: Case, strangers: Strangers): Finding[] {
  const explains = missesBy(of, strangers)
  const far = notOverBridge(of, strangers.by, strangers)
  // With this switch off, a neighbour's answers pass no rule: that is bridge-bypass.
  if (explains.length === 0 || (far === undefined && bridgeShown(of, strangers) === 0)) return []
  const { target, wrong, by, right, to } = strangers
  const entries = entriesOf(of, strangers)
  const [entry] = entries.own
  // Who answered is not whom the node had asked: a stranger, and no server.
  if (!entry && entries.others > 0) return []
  const modes = new Set(wrong.map(({ mode }) => mode)).size
  return [
    {
      ...(far === undefined && { only: 'family' as const }),
      says: `${wrong.length} answers of ${target.called} came from ${by.slice(0, 3).join(', ')} itself: they were not translated back, and an application whose socket is connected never sees them.`,
      explains,
      of: Math.max(wrong.length + right, explains.length),
      confidence:
        entry && far !== undefined
          ? {
              level: 'proven',
              because: `conntrack leads the question to ${entry.to} and waits in vain for the answer, which arrived as it is`,
            }
          : far === undefined
            ? { level: 'possible', because: 'the answers came from servers themselves; over which way cannot be told' }
            : {
                level: 'likely',
                because: `the answers came from servers themselves, in ${modes} port ${modes === 1 ? 'mode' : 'modes'}, and not from neighbours`,
              },
      evidence: [
        ...questionLines(explains),
        { source: 'client', at: to, says: `${right} answers came from ${target.called} itself meanwhile` },
        ...entries.own.slice(0, 3).map(({ at, to: led, entry: { unreplied } }) => ({
          source: 'node conntrack-entries',
          at,
          says: `a question to ${target.called} is led to ${led}${unreplied ? ', and no answer came as far as conntrack knows' : ''}`,
        })),
      ],
      ruledOut: [
        { what: 'packet-loss', because: 'the answers are here' },
        { what: 'dead-endpoint', because: 'the servers answered' },
        ...(far === undefined ? [] : [{ what: 'bridge-bypass', because: far }]),
        { what: 'dns-failing', because: 'the answers are right but for their sender' },
      ],
      missing: lackingNode(of, 'whether conntrack waits for these answers, and whether bridged packets meet the rules'),
      remedy: [
        '# On the client’s node: which rule takes answers out of conntrack (notrack), or lets them pass it by?',
        'iptables -t raw -S | grep -iE "notrack|CT"',
        'nft list ruleset | grep -n notrack',
        `conntrack -L -p udp --orig-dst ${addressOf(target.called).host} --orig-port-dst ${addressOf(target.called).port}`,
        '# Delete that rule; answers have to come back through the node that translated the question:',
        `ip route get ${by[0] ?? ''}`,
      ],
    },
  ]
}

/** Entries that lead such a question to him who answered it, and how many lead elsewhere. */
function entriesOf(
  of: Case,
  { wrong, from, to }: Strangers,
): { readonly own: readonly Led[]; readonly others: number } {
  const flows = new Map(wrong.flatMap(({ flow, by }) => (flow ? [[flow.local, { flow, by }] as const] : [])))
  const read = [...flows.values()].flatMap(({ flow, by }) => {
    const led = ledIn(of, flow, { from, to: to + entryMs }).findLast(({ isTranslated }) => isTranslated)
    return led ? [{ led, isOwn: addressOf(led.to).host === by }] : []
  })
  return {
    own: read.flatMap(({ led, isOwn }) => (isOwn ? [led] : [])),
    others: read.filter(({ isOwn }) => !isOwn).length,
  }
}

/** So long an entry without an answer is there at least (nf_conntrack_udp_timeout, 30 s unless set), ms. */
const entryMs = 10_000
