import type { EvidenceLine } from '../../outcome/verdict.ts'
import type { Case } from '../case.ts'
import { keepaliveIdleS } from '../keepalive-lines.ts'
import type { Finding } from '../rule.ts'
import { hasOthers, realServerDeletions, type Weightless } from '../weightless.ts'
import { type Held, heldIn } from './held.ts'
import { spokenMeanwhile } from './others.ts'
import { lackingCluster } from '../lacking.ts'

/** Connections that a dead server held: nobody says no, so they go on into nothing until somebody's patience ends. */
export function tcp(of: Case): Finding[] {
  const all = heldIn(of)
  const [first] = all
  if (!first) return []
  const { ghost } = first
  const ghosts = uniqueGhosts(all)
  const others = spokenMeanwhile(
    of,
    all.map(({ death }) => death),
  )
  return [
    {
      variant: 'tcp',
      says: `${all.length} connections through ${ghost.virtual} went silent with their server ${ghosts.map(({ real }) => real).join(', ')}: in IPVS it has weight 0, so nobody new goes there, and what it held still does.`,
      explains: all.map(({ death }) => death),
      of: all.length + others,
      confidence: {
        level: 'proven',
        because: all.some(each => each.ghost.isOwn)
          ? 'the entries of these connections lead to a server of weight 0, which answers nothing'
          : 'their server has weight 0 in IPVS, holds connections, and answers nothing',
      },
      evidence: [
        {
          source: 'client',
          at: first.death.at,
          says: `${all.length} × nothing acknowledged any more, all held by ${[...new Set(all.map(({ death }) => death.peer?.pod ?? 'an unknown server'))].join(', ')}`,
        },
        ...(others > 0 ? [{ source: 'client', at: of.at, says: `${others} connections to other servers live` }] : []),
        ...ghosts.map(ghostLine),
      ],
      ruledOut: [
        { what: 'ipvs-expiry', because: 'the node would have reset them' },
        { what: 'ipvs-server-removed', because: 'the server is still in the table' },
        ...(hasOthers(ghost) ? [{ what: 'no-endpoints', because: 'other servers have weight' }] : []),
        { what: 'forwarding-off', because: 'only this server is silent' },
      ],
      missing: lackingCluster(of, 'whether the pod is gone, and since when'),
      remedy: [
        '# See it: weight 0, ActiveConn above 0, and an address that no pod has.',
        `ipvsadm -ln -t ${ghost.virtual}`,
        '# Take it out; with expire_nodest_conn=1, which kube-proxy sets, its connections are reset with their next packet:',
        ...realServerDeletions(ghosts),
        '# Let clients find out by themselves: keepalive sees a dead peer, and TCP_USER_TIMEOUT ends what is unacknowledged.',
        `# For example in 60 s: TCP_KEEPIDLE=${keepaliveIdleS(90_000)} TCP_KEEPINTVL=10 TCP_KEEPCNT=3, TCP_USER_TIMEOUT=60000.`,
      ],
    },
  ]
}

const uniqueGhosts = (all: readonly Held[]): readonly Weightless[] => [
  ...new Map(all.map(({ ghost }) => [ghost.real, ghost])).values(),
]

const ghostLine = ({ at, real, destination: { active, inactive } }: Weightless): EvidenceLine => ({
  source: 'node ipvs',
  at,
  says: `${real} has weight 0, ${active} active and ${inactive} inactive connections`,
})
