import type { Case } from '../case.ts'
import { noIpvs } from '../ipvs-possible.ts'
import { questionLines } from '../question-lines.ts'
import { isHeard, missesOf, sentIn } from '../questions.ts'
import type { Finding } from '../rule.ts'
import { span } from '../span.ts'
import { type Inferred, inferredIn } from './inferred.ts'
import { lackingKubeProxy, lackingNode } from '../lacking.ts'
import { type LeftBehind, leftBehindIn } from './left-behind.ts'
import { type NotCleaned, notCleaned } from '../not-cleaned.ts'
import { deletions, endpointDeletion, serviceDeletion } from '../deletions.ts'

/** The Service is there and has other endpoints: a port that kept asking is still led to one that it had. */
export function endpoint(of: Case): Finding[] {
  const proofs = leftBehindIn(of)
  const proven = new Set(proofs.map(({ stretch: { port, from } }) => `${port.of.probe} ${port.of.server} ${from}`))
  const inferred = inferredIn(of).filter(
    ({ stretch: { port, from } }) => !proven.has(`${port.of.probe} ${port.of.server} ${from}`),
  )
  const stretches = [...proofs, ...inferred].map(({ stretch }) => stretch)
  const explains = stretches.flatMap(({ port, whole }) => missesOf(of, port, whole))
  const [first] = stretches
  if (!first || explains.length === 0) return []
  const from = Math.min(...stretches.map(each => each.from))
  const to = Math.max(...stretches.map(each => each.to))
  const reason = notCleaned(of, changeBehind(proofs), from)
  const fresh = [...proofs, ...inferred].flatMap(({ target, stretch }) => sentIn(target.fresh, stretch))
  const heard = new Set(fresh.filter(isHeard)).size
  return [
    {
      variant: 'endpoint',
      says: wordsOf(proofs, inferred, reason, to - from),
      explains,
      of: explains.length,
      confidence: confidenceOf(proofs, inferred),
      evidence: [
        ...questionLines(explains),
        {
          source: 'client',
          at: to,
          says: `${heard} questions from new ports to the same addresses were answered meanwhile`,
        },
        ...proofs.flatMap(sightingLines),
        ...(reason ? [reason.line] : []),
      ],
      ruledOut: ruledOut(of, proofs, heard),
      missing: [
        ...lackingNode(of, 'where conntrack leads these ports, who serves their addresses, and why nobody cleaned up'),
        ...lackingKubeProxy(of),
      ],
      remedy: [
        ...deletions([
          ...proofs.map(({ stretch, sighting }) => endpointDeletion(stretch.flow, sighting.led)),
          ...inferred.map(({ stretch }) => serviceDeletion(stretch.flow.remote)),
        ]),
        '# Without that: silence of the port for longer than net.netfilter.nf_conntrack_udp_timeout_stream; asking keeps it alive.',
        ...(reason?.remedy ?? ['# Why nobody deleted them: kubectl -n kube-system logs ds/kube-proxy']),
      ],
    },
  ]
}

function wordsOf(
  proofs: readonly LeftBehind[],
  inferred: readonly Inferred[],
  reason: NotCleaned | undefined,
  ms: number,
): string {
  const ports = [...proofs, ...inferred].map(({ stretch: { flow } }) => flow)
  const [one] = ports
  const who =
    ports.length === 1
      ? `The UDP port ${one?.local}`
      : `${ports.length} UDP ports that keep asking (${one?.local}, ...)`
  const [proof] = proofs
  const where = proof
    ? `conntrack leads ${proof.stretch.flow.local} to ${proof.sighting.led.to}, which serves ${proof.stretch.flow.remote} no more`
    : `an old conntrack entry leads to a server that is gone, and asking keeps it alive`
  return `${who} heard nothing for ${span(ms)} while new ports were answered: ${where}${reason ? `; ${reason.says}` : ''}.`
}

const confidenceOf = ([proof]: readonly LeftBehind[], [inferred]: readonly Inferred[]): Finding['confidence'] =>
  proof
    ? {
        level: 'proven',
        because: `the entry leads to ${proof.sighting.led.to}, and new flows to ${proof.sighting.served.backends.slice(0, 3).join(', ')}`,
      }
    : { level: 'likely', because: inferred?.because ?? '' }

const sightingLines = ({ stretch: { flow }, sighting: { led, served } }: LeftBehind) => [
  {
    source: 'node conntrack-entries',
    at: led.at,
    says: `${flow.local} to ${flow.remote} is led to ${led.to}${led.entry.expiresS === undefined ? '' : `, for ${led.entry.expiresS} s more`}`,
  },
  {
    source: served.source,
    at: served.at,
    says: `${flow.remote} is served by ${served.backends.slice(0, 4).join(', ')}${served.backends.length > 4 ? ` and ${served.backends.length - 4} more` : ''}`,
  },
]

/** A Service without any endpoint for a while is another case for whoever cleans up. */
const changeBehind = (proofs: readonly LeftBehind[]) =>
  proofs.some(({ hadNone }) => hadNone) ? 'last-gone' : 'replaced'

function ruledOut(of: Case, proofs: readonly LeftBehind[], heard: number): Finding['ruledOut'] {
  const ipvs = noIpvs(of)
  return [
    ...(heard > 0
      ? [{ what: 'packet-loss', because: `none of their questions was answered, and ${heard} from new ports were` }]
      : []),
    {
      what: 'dead-endpoint',
      because:
        proofs.length > 0
          ? 'nobody new is led to where they are led'
          : 'a dead server that is still served would meet new ports, too',
    },
    ...(proofs.length > 0 ? [{ what: 'udp-before-rules', because: 'their entries translate the address' }] : []),
    ...(ipvs === undefined ? [] : [{ what: 'ipvs-ghost', because: ipvs }]),
  ]
}
