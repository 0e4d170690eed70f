import { type Alone, aloneIn, neverHeard } from '../alone.ts'
import { ipvs } from '../../evidence/ipvs/facts.ts'
import type { Case } from '../case.ts'
import { noIpvs } from '../ipvs-possible.ts'
import { latest, questionLines } from '../question-lines.ts'
import { isHeard, missesOf, sentIn } from '../questions.ts'
import type { Finding } from '../rule.ts'
import { servedIn } from '../served.ts'
import { span } from '../span.ts'
import { targetsOf } from '../targets.ts'
import { missesSince } from '../untranslated.ts'
import { type AnswersOn, answersOnIn, missesDuring } from './answers-on.ts'
import { isContradicted, reasonOf } from './inferred.ts'
import { lackingNode } from '../lacking.ts'
import { addressOf, deletions, serviceDeletion } from '../deletions.ts'
import { ledIn } from '../led.ts'

/** What was seen fits an old entry, of conntrack or of IPVS, and nobody could look. */
export const family = (of: Case): Finding[] => [...portsAlone(of), ...portsSpared(of)]

/** Ports that hear nothing, where all others are answered. */
function portsAlone(of: Case): Finding[] {
  const all = aloneIn(of).filter(each => !isContradicted(of, each) && !isLedByIpvs(of, each))
  const explains = [
    ...new Set(
      all.flatMap(each => [
        ...missesOf(of, each.stretch.port, each.stretch.whole),
        ...(neverHeard(each) ? missesSince(of, each.target, each.stretch) : []),
      ]),
    ),
  ]
  const [first] = all
  if (!first || explains.length === 0) return []
  const heard = new Set(all.flatMap(each => each.heard)).size
  const ever = all.some(each => !neverHeard(each))
  const ipvs = noIpvs(of)
  return [
    {
      only: 'family',
      says: `${all.length === 1 ? `The UDP port ${first.stretch.flow.local} hears` : `${all.length} UDP ports hear`} nothing for ${span(Math.max(...all.map(each => each.stretch.to - each.since)))}, and new ports to the same addresses are answered: something leads what keeps asking to where nobody is (${ever ? `a conntrack entry to a server that is gone${ipvs === undefined ? ', or a real server of IPVS with weight 0' : ''}` : 'a conntrack entry from before the Service was there, or to a server that is gone'}).`,
      explains,
      of: explains.length,
      confidence: confidenceOf(of, all),
      evidence: [
        ...questionLines(explains),
        {
          source: 'client',
          at: latest(first.heard),
          says: `${heard} questions from new ports were answered meanwhile, and none was not`,
        },
      ],
      ruledOut: [
        { what: 'packet-loss', because: 'none of their questions is answered, and all of the others are' },
        ...(ipvs === undefined ? [] : [{ what: 'ipvs-ghost', because: ipvs }]),
      ],
      missing: lackingNode(of, 'where conntrack and IPVS lead these ports'),
      remedy: deletions(all.map(({ stretch }) => serviceDeletion(stretch.flow.remote))),
    },
  ]
}

/** That it is an old entry is sure once no dead server explains it; which one, nobody could look. */
function confidenceOf(of: Case, all: readonly Alone[]): Finding['confidence'] {
  const [because] = all.flatMap(each => reasonOf(of, each) ?? [])
  return because === undefined
    ? { level: 'possible', because: 'it keeps to ports that ask on, and nobody could look where they are led' }
    : { level: 'likely', because: `it keeps to ports that ask on: ${because}` }
}

/** IPVS leads the address, and whoever reads its table knows better. */
const isLedByIpvs = (of: Case, { stretch: { flow, from, to } }: Alone): boolean =>
  of.facts.newest(ipvs, 'node') !== undefined && servedIn(of, flow, { from, to }).some(({ by }) => by === 'ipvs')

/** Ports that are answered, where no new one is; elsewhere new ones are. */
function portsSpared(of: Case): Finding[] {
  const all = answersOnIn(of).filter(each => isElsewhereWell(of, each) && !isServed(of, each) && !isDirect(of, each))
  const explains = [...new Set(all.flatMap(each => missesDuring(of, each)))]
  const [first] = all
  if (!first || explains.length === 0) return []
  const { target, outage } = first
  return [
    {
      variant: 'answers-on',
      only: 'family',
      says: `New ports hear nothing from ${target.called} for ${span(outage.to - outage.from)}, and ports that asked before are answered: an entry leads them where no rule does any more (a Service that was deleted, or has lost its rules).`,
      explains,
      of: explains.length,
      confidence: { level: 'possible', because: 'old entries work and new ones do not, at this address only' },
      evidence: [
        ...questionLines(explains),
        {
          source: 'client',
          at: outage.to,
          says: `${first.answers} questions of ports that asked before were answered meanwhile`,
        },
        { source: 'client', at: outage.to, says: 'new ports to other addresses were answered meanwhile' },
      ],
      ruledOut: [
        { what: 'table-full', because: 'new ports to other addresses are answered' },
        { what: 'forwarding-off', because: 'ports that asked before are answered' },
      ],
      missing: lackingNode(
        of,
        'whether a rule names the address, and where conntrack leads the ports that are answered',
      ),
      remedy: [
        `kubectl get services -A -o wide | grep -F ${target.called.replace(/:\d+$/, '')}`,
        ...deletions([serviceDeletion(target.called)]),
      ],
    },
  ]
}

/** New ports to other addresses were answered all the while: neither the table nor the node is in trouble. */
const isElsewhereWell = (of: Case, { target, outage }: AnswersOn): boolean => {
  const others = targetsOf(of)
    .filter(({ called }) => called !== target.called)
    .map(({ fresh }) => sentIn(fresh, outage))
    .filter(({ length }) => length > 0)
  return others.some(asks => asks.length >= 4 && asks.every(isHeard))
}

/** By the word of the node the address leads somewhere, so it is neither deleted nor without rules. */
const isServed = (of: Case, { target, outage }: AnswersOn): boolean =>
  servedIn(of, { proto: 'udp', remote: target.called }, outage).at(-1)?.by !== undefined &&
  servedIn(of, { proto: 'udp', remote: target.called }, outage).at(-1)?.by !== 'nobody'

/** What is called is a server itself: by who said so when a connection opened, or by an entry that translates nothing. */
function isDirect(of: Case, { target, outage }: AnswersOn): boolean {
  const { host } = addressOf(target.called)
  const isPeer = of.cohorts.some(({ opens }) => [...opens].some(({ peer }) => peer.ip === host))
  const led = target.pinned.flatMap(({ asks }) => (asks.last?.flow ? ledIn(of, asks.last.flow, outage) : []))
  return isPeer || led.some(({ isTranslated }) => !isTranslated)
}
