import { sysctl } from '../../evidence/sysctl/facts.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import { type Case, type Death, seriesName } from '../case.ts'
import type { Grounds } from '../grounds.ts'
import { noIpvs } from '../ipvs-possible.ts'
import { lackingNode } from '../lacking.ts'
import { doubt } from '../repicked.ts'
import { defineRule, type Finding } from '../rule.ts'
import { span } from '../span.ts'
import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { realServerDeletions, type Weightless, weightlessIn } from '../weightless.ts'
import { type Unmet, unmetIn } from './reused.ts'

export const ipvsPortReuse = defineRule({
  name: 'ipvs-port-reuse',
  title: 'a source port used again meets an old IPVS entry to a dead server',
  family: 'stale-flow',
  judge: of => unmetIn(of).flatMap(unmet => [...byTheNode(of, unmet), ...byWhatWasSeen(of, unmet)]),
  isCured,
})

/** A port that is stuck fails every time: once as many are in as were stuck, all of them are free. */
function isCured({ recent, series, lastAt }: Grounds, { cohorts }: Case): boolean {
  const stuck = new Set([...recent].map(symptom => ('flow' in symptom ? symptom.flow?.local : undefined)))
  const opened = cohorts
    .filter(cohort => series.includes(seriesName(cohort.of)))
    .flatMap(({ opens }) => [...opens].filter(({ at }) => at > lastAt))
  return opened.length >= stuck.size
}

/** IPVS has an entry for these very ports, and it leads to where nothing new is scheduled. */
function byTheNode(of: Case, unmet: Unmet): Finding[] {
  const seen = unmet.deaths.flatMap(death => {
    const ghost = oldEntry(of, death)
    return ghost ? [{ death, ghost }] : []
  })
  const [first] = seen
  if (!first) return []
  const { ghost } = first
  const ghosts = seen.map(each => each.ghost)
  return [
    {
      ...common(unmet),
      says: `${unmet.deaths.length} attempts to connect to ${unmet.called} from ${unmet.ports.length} source ports used again met nobody (${wordOf(unmet)}): IPVS still has an entry of each, and sends the new SYN where it leads, to ${ghost.real}, whose weight is 0.`,
      confidence: {
        level: 'proven',
        because: `the entry of ${first.death.flow?.local} leads to ${ghost.real}, where nothing new is scheduled`,
      },
      evidence: [
        ...clientLines(unmet),
        ...[...new Map(ghosts.map(each => [each.real, each])).values()].map(each => ({
          source: 'node ipvs',
          at: each.at,
          says: `${each.real} has weight 0, ${each.destination.active} active and ${each.destination.inactive} inactive connections`,
        })),
        ...sysctlLines(of),
      ],
      missing: [],
      remedy: [...now, ...realServerDeletions(ghosts), ...forGood],
    },
  ]
}

/** While these ports fail, others open. That a port is what makes the difference is all that can be seen. */
function byWhatWasSeen(of: Case, unmet: Unmet): Finding[] {
  const { failures: failed, opened, ports } = unmet
  const all = failed + opened
  const isOfPorts = opened > 0 && hypergeometricAtLeast(failed, failed, failed, all) <= doubt
  if (!isOfPorts || of.facts.has('node') || noIpvs(of) !== undefined) return []
  return [
    {
      ...common(unmet),
      only: 'family',
      says: `${failed} attempts to connect to ${unmet.called} from ${ports.length} source ports used again met nobody (${wordOf(unmet)}), while ${opened} from other ports opened: an old entry of these ports leads to a server that is gone.`,
      confidence: {
        level: 'possible',
        because: 'it keeps to source ports used again, and this kernel has IPVS, which remembers them',
      },
      evidence: clientLines(unmet),
      missing: lackingNode(of, 'where IPVS leads these ports, and net.ipv4.vs.conn_reuse_mode'),
      remedy: [...now, '# Which has weight 0?', 'ipvsadm -ln', ...forGood],
    },
  ]
}

/** While a port is asking, or two minutes after: so long IPVS keeps what is closing, ms. */
const entryMs = 120_000

function oldEntry(of: Case, { flow, at, tookUs }: Death): Weightless | undefined {
  return flow && weightlessIn(of, flow, { from: at - tookUs / 1000, to: at + entryMs }).findLast(({ isOwn }) => isOwn)
}

const common = ({ deaths, opened }: Unmet) => ({
  explains: deaths,
  of: deaths.length + opened,
  ruledOut: [
    ...(opened > 0
      ? [{ what: 'no-endpoints', because: `${opened} connections from other ports opened meanwhile` }]
      : []),
    { what: 'dead-endpoint', because: 'the same ports fail again and again' },
  ],
})

const wordOf = ({ deaths }: Unmet): string => {
  const words = new Set(deaths.map(({ fate, code }) => `${fate}, ${code}`))
  return [...words].join('; ')
}

function clientLines({ deaths, ports, opened }: Unmet): readonly EvidenceLine[] {
  const at = Math.max(...deaths.map(each => each.at))
  const took = deaths.map(({ tookUs }) => tookUs / 1000)
  return [
    {
      source: 'client',
      at,
      says: `${deaths.length} attempts from ${ports.slice(0, 4).join(', ')} met nobody, each after ${span(Math.min(...took))} or more`,
    },
    { source: 'client', at, says: `${opened} connections from other ports opened meanwhile` },
  ]
}

function sysctlLines(of: Case): readonly EvidenceLine[] {
  const read = of.facts.newest(sysctl, 'node')
  return ['net.ipv4.vs.conn_reuse_mode', 'net.ipv4.vs.expire_nodest_conn'].flatMap(name => {
    const value = read && Object.hasOwn(read.value, name) ? read.value[name] : undefined
    return read && value !== undefined ? [{ source: 'node sysctl', at: read.at, says: `${name} = ${value}` }] : []
  })
}

const now = [
  '# Now: take the dead server out, and let the next SYN of each port be scheduled anew.',
  'sysctl -w net.ipv4.vs.expire_nodest_conn=1',
]

const forGood = [
  '# For good: a port used again after a goodbye is scheduled anew; on kernels before 5.9 this costs each such connect 1 s.',
  '# It frees no port that is trying already: each SYN keeps the entry for another minute (is_new_conn_expected, ip_vs_core.c).',
  'sysctl -w net.ipv4.vs.conn_reuse_mode=1',
  '# In the client: keep connections open, or let the kernel choose from more ports (net.ipv4.ip_local_port_range).',
]
