import type { Case } from '../case.ts'
import { questionLines } from '../question-lines.ts'
import { isHeard, missesOf, sentIn } from '../questions.ts'
import type { Finding } from '../rule.ts'
import { type Sighting, sightingsIn } from '../sightings.ts'
import { span } from '../span.ts'
import { type Outage, outagesOf } from '../stretches.ts'
import { type Target, targetsOf } from '../targets.ts'
import { lackingCluster, lackingKubeProxy } from '../lacking.ts'
import { notCleaned } from '../not-cleaned.ts'
import { deletions, serviceDeletion } from '../deletions.ts'

/** New ports hear nothing, and a port that asks for longer is answered as if nothing had happened. */
export interface AnswersOn {
  readonly target: Target
  readonly outage: Outage
  /** Answers to ports that ask for longer. */
  readonly answers: number
}

/** So many of both, before anything is said. */
const least = 4

export const answersOnIn = (of: Case): readonly AnswersOn[] =>
  targetsOf(of).flatMap(target =>
    outagesOf(target.fresh, least).flatMap(outage => {
      const answers = sentIn(target.pinned, outage).filter(isHeard).length
      return outage.before && answers >= least ? [{ target, outage, answers }] : []
    }),
  )

/** The Service is gone, and an entry of it is not. */
export const answersOn = (of: Case): Finding[] =>
  answersOnIn(of).flatMap(each => {
    const { sighting, local } = leftOver(of, each) ?? {}
    const explains = missesDuring(of, each)
    if (!sighting || explains.length === 0) return []
    const { target, outage, answers } = each
    const reason = notCleaned(of, 'deleted', outage.from)
    return [
      {
        variant: 'service',
        says: `${target.called} is no Service any more, and new ports heard nothing for ${span(outage.to - outage.from)}; ${local} was still answered by ${sighting.led.to}: its conntrack entry is left over${reason ? `; ${reason.says}` : ''}.`,
        explains,
        of: explains.length,
        confidence: {
          level: 'proven',
          because: `no rule names ${target.called}, and an entry still leads to ${sighting.led.to}`,
        },
        evidence: [
          ...questionLines(explains),
          {
            source: 'client',
            at: outage.to,
            says: `${answers} questions of ports that asked before were answered meanwhile`,
          },
          {
            source: 'node conntrack-entries',
            at: sighting.led.at,
            says: `${local} to ${target.called} is led to ${sighting.led.to}`,
          },
          { source: sighting.served.source, at: sighting.served.at, says: `no Service at ${target.called}` },
          ...(reason ? [reason.line] : []),
        ],
        ruledOut: [
          { what: 'table-full', because: 'no rule would lead a new entry anywhere' },
          { what: 'rules-missing', because: 'other Services have their rules' },
        ],
        missing: [
          ...lackingKubeProxy(of),
          ...lackingCluster(of, 'whether the Service was deleted, or only its rules were'),
        ],
        remedy: [
          ...deletions([serviceDeletion(target.called)]),
          `# Then nobody is answered any more: what still asks ${target.called} has to be told where the Service went.`,
          ...(reason?.remedy ?? ['# Why nobody deleted them: kubectl -n kube-system logs ds/kube-proxy']),
        ],
      },
    ]
  })

/** What the node says of a port that is answered: an entry that translates, to an address that no rule names. */
function leftOver(of: Case, { target, outage }: AnswersOn) {
  for (const { asks } of target.pinned) {
    const { flow } = asks.last ?? {}
    const sighting = flow && sightingsIn(of, flow, outage).findLast(isLeftOver)
    if (sighting) return { sighting, local: flow.local }
  }
  return undefined
}

const isLeftOver = ({ led, served }: Pick<Sighting, 'led' | 'served'>): boolean =>
  led.isTranslated && served.by === 'nobody'

/** All that was not heard at the address since; a port that lost its entry, too. */
export const missesDuring = (of: Case, { target: { fresh, pinned }, outage }: AnswersOn) =>
  [...fresh, ...pinned].flatMap(port => missesOf(of, port, outage.whole))
