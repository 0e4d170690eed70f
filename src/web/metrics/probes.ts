import { fates } from '../../outcome/fate.ts'
import { strays } from '../../outcome/observation.ts'
import { isFault, type ProbeSeries } from '../../record/snapshot.ts'
import { histogram, type Metric, one, probeLabels, probeOf, type Sample } from './definition.ts'
import { exemplarOf } from './exemplar.ts'

/** Metrics of questions (DNS, echo): one set of series for each probe, server position and port mode. */
export const probeMetrics: readonly Metric[] = [
  {
    name: 'longhold_asked_total',
    type: 'counter',
    help: 'Questions that got their fate.',
    labels: [...probeLabels, 'fate'],
    samples: now =>
      now.snapshot.probes.flatMap(series => {
        const why = exemplarOf(now, `${series.kind}/${series.probe} ${series.mode}`)
        return fates.map(fate => ({
          ...one(series.fates[fate], { fate }, probeOf(series)),
          ...(series.fates[fate] > 0 && isFault({ fate, planned: false }) && why),
        }))
      }),
  },
  {
    name: 'longhold_dns_responses_total',
    type: 'counter',
    help: 'DNS answers by response code; whatever is not in the list of codes is `other`.',
    labels: [...probeLabels, 'rcode'],
    samples: each(series =>
      Object.entries(byRcode(series)).map(([rcode, count]) => one(count, { rcode }, probeOf(series))),
    ),
  },
  {
    name: 'longhold_strays_total',
    type: 'counter',
    help: 'Datagrams that ended no question, by why they were set aside; a late one splits "lost" from "slow".',
    labels: [...probeLabels, 'what'],
    samples: each(series => strays.map(what => one(series.strays[what], { what }, probeOf(series)))),
  },
  {
    name: 'longhold_answer_latency_seconds',
    type: 'histogram',
    help: 'From question to answer, for the answers that came.',
    labels: probeLabels,
    samples: each(series => histogram('longhold_answer_latency_seconds', probeOf(series), series.latency.classic)),
  },
  of('counter', 'answers_truncated_total', 'Answers cut over UDP, asked for again over TCP.', p => p.truncated),
  of(
    'counter',
    'question_tries_total',
    'Datagrams and TCP questions sent: more than the questions asked where a resolver retries.',
    p => p.tries,
  ),
  of(
    'counter',
    'suspect_questions_total',
    'Questions asked while the event loop stalled or the clock jumped.',
    p => p.suspects,
  ),
  of(
    'gauge',
    'kernel_receive_time',
    '1 where the kernel stamps when an answer came, 0 where user space does.',
    ({ stamp }) => (stamp === undefined ? undefined : Number(stamp === 'kernel')),
  ),
]

/** The codes that servers send (RFC 1035, 4.1.1). A label takes no other: the answer's sender chooses among 4096. */
const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const

function byRcode({ kind, rcodes: counted }: ProbeSeries): Readonly<Record<string, number>> {
  if (!kind.startsWith('dns')) return {}
  const known = Object.fromEntries(rcodes.map(rcode => [rcode, counted[rcode] ?? 0]))
  const rest = Object.entries(counted).filter(([rcode]) => !Object.hasOwn(known, rcode))
  return { ...known, other: rest.reduce((sum, [, count]) => sum + count, 0) }
}

function of(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  read: (series: ProbeSeries) => number | undefined,
): Metric {
  return {
    name: `longhold_${name}`,
    type,
    help,
    labels: probeLabels,
    samples: each(series => {
      const value = read(series)
      return value === undefined ? [] : [one(value, {}, probeOf(series))]
    }),
  }
}

function each(samples: (series: ProbeSeries) => readonly Sample[]): Metric['samples'] {
  return ({ snapshot }) => snapshot.probes.flatMap(samples)
}
