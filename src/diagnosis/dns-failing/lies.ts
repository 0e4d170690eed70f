import type { Case } from '../case.ts'
import { addressOf } from '../deletions.ts'
import { questionLines } from '../question-lines.ts'
import { isTelling, missesOf, sentAt } from '../questions.ts'
import type { Finding } from '../rule.ts'
import { targetsOf } from '../targets.ts'
import { namesOf, serverOf } from './codes.ts'
import { type Failing, failingIn } from './failing.ts'

/** What came is no answer to what was asked: another id, another question, noise, or somebody else's. */
export function lies(of: Case): Finding[] {
  const all = failingIn(of).filter(({ how }) => how === 'lie')
  const lied = new Set(all.flatMap(({ bad }) => bad))
  const explains = all.flatMap(({ port, from, to }) =>
    missesOf(of, port, { from, to }).filter(each => lied.has(each) || !isTelling(each)),
  )
  const [first] = all
  if (!first || explains.length === 0) return []
  const server = serverOf(of, first)
  const asked = Math.max(
    explains.length,
    all.reduce((sum, each) => sum + each.asked, 0),
  )
  const strays = straysOf(all)
  const well = wellMeanwhile(of, all)
  const names = namesOf(explains)
  return [
    {
      variant: 'lies',
      says: `What came for ${explains.length} of ${asked} questions to ${server} was no answer to them (${strays.map(([what, n]) => `${n} ${what}`).join(', ')}): the server is broken, or something speaks in its place.`,
      explains,
      of: Math.max(asked, explains.length),
      confidence: {
        level: 'likely',
        because:
          well > 0
            ? `something came each time, and ${well} other questions were answered well meanwhile`
            : 'something came each time',
      },
      evidence: [
        ...questionLines(explains),
        ...strays.map(([what, n]) => ({
          source: 'client',
          at: first.to,
          says: `${n} datagrams set aside: ${words[what] ?? what}`,
        })),
        ...(well > 0
          ? [{ source: 'client', at: first.to, says: `${well} other questions were answered well meanwhile` }]
          : []),
      ],
      ruledOut: [
        { what: 'packet-loss', because: 'something came for what was asked' },
        { what: 'dns-slow', because: 'nothing came late' },
        {
          what: 'lost-un-nat',
          because: well > 0 ? 'other answers from this address are translated back' : 'most came from whom we asked',
        },
      ],
      missing: [],
      remedy: [
        '# See what comes, and from whom (TTL and MAC address tell a middlebox from the server):',
        `tcpdump -ni any -vv -e 'udp port ${addressOf(server).port} and host ${addressOf(server).host}'`,
        `dig @${addressOf(server).host} ${names[0]?.split(' ')[0] ?? 'kubernetes.default.svc.cluster.local'} +qr`,
        '# A middlebox, a captive portal or a second server on the path: ask the pods of the server directly and compare.',
        '# Until it is found: DNS over TCP is not so easily answered by others (options use-vc in resolv.conf).',
      ],
    },
  ]
}

const words: Readonly<Record<string, string>> = {
  foreign: 'another id, or another question',
  malformed: 'cannot be read to its end',
  'wrong-source': 'from an address that was not asked',
}

function straysOf(all: readonly Failing[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { port, from } of all)
    for (const { what, at, count = 1 } of port.strays)
      if (at >= from && what in words) counts.set(what, (counts.get(what) ?? 0) + count)
  return [...counts]
}

/** Answers to other questions, at these servers and at others. */
function wellMeanwhile(of: Case, all: readonly Failing[]): number {
  const from = Math.min(...all.map(each => each.from))
  const to = Math.max(...all.map(each => each.to))
  const ports = new Set(all.map(({ port }) => port))
  return targetsOf(of)
    .flatMap(({ pinned, fresh }) => [...pinned, ...fresh])
    .filter(port => port.of.kind === 'dns' && !ports.has(port))
    .flatMap(({ asks }) => [...asks].filter(each => each.fate === 'ok' && sentAt(each) >= from && sentAt(each) <= to))
    .length
}
