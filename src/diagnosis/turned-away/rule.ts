import { attemptsOf } from '../attempts.ts'
import type { Case, Death, Question } from '../case.ts'
import { defineRule, type Finding } from '../rule.ts'

export const turnedAway = defineRule({
  name: 'turned-away',
  title: 'the server turns us away: we do not prove its token',
  family: 'ourselves',
  judge: of => Object.keys(reasons).flatMap(reason => findingOf(of, reason) ?? []),
})

interface Reason {
  readonly why: string
  readonly remedy: readonly string[]
}

/** What a server says with its goodbye (src/secrets/proof.ts), and what to do about each. */
const reasons: Readonly<Record<string, Reason>> = {
  'no-proof': {
    why: 'they want a token, and this client has none',
    remedy: [
      '# Give the client the token of the servers: auth.tokenFile, or LONGHOLD_AUTH_TOKEN_FILE with k8s/secured.',
      'kubectl -n longhold get pods -o custom-columns=NAME:.metadata.name,ENV:.spec.containers[*].env[*].name',
    ],
  },
  'bad-proof': {
    why: 'they have another token',
    remedy: [
      '# A new token reaches pods at different times, within a minute or two. If it lasts longer: both sides mount the same Secret?',
      'kubectl -n longhold get secret longhold-token -o jsonpath={.data.token} | sha256sum',
      'kubectl -n longhold rollout restart deploy/longhold-server deploy/longhold-client',
    ],
  },
  'stale-proof': {
    why: 'their clocks and ours differ by more than two minutes',
    remedy: ['# Compare the clocks of both nodes, and mend the one that is wrong:', 'date -u; chronyc tracking'],
  },
  'replayed-proof': {
    why: 'somebody had said the same hello before',
    remedy: [
      '# A hello is new for each connection: who says it twice has overheard it. Look who connects:',
      "tcpdump -ni any 'tcp port 7000 or tcp port 7001'",
    ],
  },
}

/** It says so itself, so one is enough. */
function findingOf(of: Case, reason: string): Finding | undefined {
  const explains = [...of.deaths, ...of.misses].filter(
    ({ code }) => code === `BYE ${reason}` || code === `REFUSED ${reason}`,
  )
  const [first] = explains.toSorted((a, b) => a.at - b.at)
  const known = reasons[reason]
  if (!first || !known) return undefined
  const all = attemptsOf(of).filter(({ sentAt }) => sentAt >= first.at - first.tookUs / 1000)
  return {
    variant: reason,
    says: `Servers turned ${explains.length} attempts away (${reason}): ${known.why}. It says nothing about the network.`,
    explains,
    of: Math.max(all.length, explains.length),
    confidence: { level: 'proven', because: 'the servers say so themselves' },
    evidence: [
      {
        source: 'client',
        at: Math.max(...explains.map(({ at }) => at)),
        says: `${explains.length} × ${wordsOf(first)}`,
      },
    ],
    ruledOut: [],
    missing: [],
    remedy: known.remedy,
  }
}

const wordsOf = ({ fate, phase, code }: Death | Question): string => `${fate} (${phase}, ${code})`
