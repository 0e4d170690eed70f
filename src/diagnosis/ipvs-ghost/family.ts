import { sysctl } from '../../evidence/sysctl/facts.ts'
import type { Case } from '../case.ts'
import { keepaliveIdleS } from '../keepalive-lines.ts'
import { lackingNode } from '../lacking.ts'
import { type Loss, lossesOf } from '../losses.ts'
import type { Finding } from '../rule.ts'
import { spokenMeanwhile } from './others.ts'

/**
 * Connections of one server fell silent, others live, new ones open elsewhere, and this kernel has IPVS: there a server that
 * is gone keeps what it held. One that died in another way looks the same, and nobody could look.
 */
export function family(of: Case): Finding[] {
  if (of.facts.has('node') || !hasIpvs(of)) return []
  const silent = lossesOf(of).filter(({ manner, way }) => manner === 'silence' && way === 'translated')
  const servers = Map.groupBy(silent, ({ death }) => death.peer?.instance ?? '')
  return [...servers].flatMap(([server, losses]) => (server === '' ? [] : judgeOne(of, losses)))
}

/** One connection may fall silent for many reasons. */
const least = 3

function judgeOne(of: Case, losses: readonly Loss[]): Finding[] {
  const deaths = losses.map(({ death }) => death)
  const others = spokenMeanwhile(of, deaths)
  const [first] = deaths
  if (!first || deaths.length < least || others === 0 || isMetAgain(of, deaths)) return []
  return [
    {
      variant: 'ghost',
      only: 'family',
      says: `${deaths.length} connections fell silent with their server ${first.peer?.pod}, ${others} to others live, and nobody new meets it: it is gone, and something still leads them there (IPVS with weight 0, or nobody ended them when it died).`,
      explains: deaths,
      of: deaths.length + others,
      confidence: {
        level: 'possible',
        because: 'this kernel has IPVS, which keeps the connections of a server that is gone',
      },
      evidence: [
        {
          source: 'client',
          at: first.at,
          says: `${deaths.length} × nothing acknowledged any more, all held by ${first.peer?.pod}`,
        },
        { source: 'client', at: of.at, says: `${others} connections to other servers live` },
      ],
      ruledOut: [
        { what: 'forwarding-off', because: 'only this server is silent' },
        { what: 'ipvs-expiry', because: 'the node would have reset them' },
      ],
      missing: lackingNode(of, 'whether IPVS still has the server, and with which weight'),
      remedy: [
        '# On the node of the client: a server with weight 0 and connections that no pod has any more?',
        'ipvsadm -ln',
        `# Clients find out by themselves with keepalive and TCP_USER_TIMEOUT, for example in 60 s: TCP_KEEPIDLE=${keepaliveIdleS(90_000)} TCP_KEEPINTVL=10 TCP_KEEPCNT=3, TCP_USER_TIMEOUT=60000.`,
      ],
    },
  ]
}

/** Its sysctls show in a pod, too. */
const hasIpvs = (of: Case): boolean =>
  Object.keys(of.facts.newest(sysctl, 'own')?.value ?? {}).some(name => name.startsWith('net.ipv4.vs.'))

/** Somebody connected to that very server since: then it is not gone. */
function isMetAgain({ cohorts }: Case, deaths: readonly Loss['death'][]): boolean {
  const server = deaths[0]?.peer?.instance
  const since = Math.min(...deaths.map(({ at, tookUs }) => at - tookUs / 1000))
  return cohorts.some(({ opens }) => [...opens].some(({ at, peer }) => at > since && peer.instance === server))
}
