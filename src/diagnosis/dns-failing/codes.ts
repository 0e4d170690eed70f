import type { Case, Question } from '../case.ts'
import { addressOf } from '../deletions.ts'
import { questionLines } from '../question-lines.ts'
import { missesOf } from '../questions.ts'
import type { Finding } from '../rule.ts'
import { targetsOf } from '../targets.ts'
import { type Failing, failingIn } from './failing.ts'

/** The server says itself that it fails, or that it will not. */
export function codes(of: Case): Finding[] {
  const all = failingIn(of).filter(({ how }) => how === 'code')
  const explains = all.flatMap(({ port, from, to }) =>
    missesOf(of, port, { from, to }).filter(({ fate }) => fate === 'ok'),
  )
  const [first] = all
  if (!first || explains.length === 0) return []
  const server = serverOf(of, first)
  const asked = all.reduce((sum, each) => sum + each.asked, 0)
  const said = [...new Set(explains.map(({ rcode = '' }) => rcode))]
  const names = namesOf(explains)
  return [
    {
      variant: 'code',
      says: `${server} answered ${explains.length} of ${asked} questions with ${said.join(', ')}: it is reached, and it fails${names.length < 4 ? ` for ${names.join(', ')}` : ''}.`,
      explains,
      of: Math.max(asked, explains.length),
      confidence: { level: 'proven', because: 'the server says so itself, in answers to these very questions' },
      evidence: questionLines(explains),
      ruledOut: [{ what: 'packet-loss', because: 'answers came' }],
      missing: [],
      remedy: [
        ...said.flatMap(code => cures[code] ?? []),
        'kubectl -n kube-system logs -l k8s-app=kube-dns --tail=100 | grep -Ei "error|refused|timeout"',
        `dig @${addressOf(server).host} ${names[0]?.split(' ')[0] ?? 'kubernetes.default.svc.cluster.local'}`,
      ],
    },
  ]
}

const cures: Readonly<Record<string, readonly string[]>> = {
  SERVFAIL: [
    '# SERVFAIL: it could not find out. Its upstream (forward . /etc/resolv.conf), DNSSEC, or the Kubernetes API it reads from?',
  ],
  REFUSED: [
    '# REFUSED: it will not answer these names, or not us. Is this the right server, and the zone in its Corefile?',
  ],
  NOTIMP: ['# NOTIMP: it does not know this kind of question.'],
  FORMERR: ['# FORMERR: it does not understand the question. An old server may not know EDNS.'],
  NOTAUTH: ['# NOTAUTH: it is not in charge of this zone.'],
}

/** Who was asked, as far as it is known. */
export const serverOf = (of: Case, { port }: Failing): string =>
  targetsOf(of).find(({ pinned, fresh, lookups }) => [...pinned, ...fresh, ...lookups].includes(port))?.called ??
  `dns/${port.of.probe}`

export const namesOf = (questions: readonly Question[]): readonly string[] => [
  ...new Set(questions.flatMap(({ question }) => question ?? [])),
]
