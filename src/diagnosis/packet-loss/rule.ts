import type { EvidenceLine } from '../../outcome/verdict.ts'
import { wilson } from '../../stats/proportion.ts'
import type { Case } from '../case.ts'
import { lackingNode } from '../lacking.ts'
import { together } from '../one-finding.ts'
import { questionLines } from '../question-lines.ts'
import { missesOf } from '../questions.ts'
import { conntrackRise, netstatRise } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { type Lossy, lossyIn } from './lossy.ts'

export const packetLoss = defineRule({
  name: 'packet-loss',
  title: 'datagrams are lost on the way, by chance',
  family: 'silent-path',
  judge: of => together(lossyIn(of).flatMap(lossy => judgeOne(of, lossy))),
})

function judgeOne(of: Case, lossy: Lossy): Finding[] {
  const { target, lost, asked, from, to } = lossy
  const explains = [...target.pinned, ...target.fresh, ...target.lookups].flatMap(port =>
    missesOf(of, port, { from: port.of.mode === 'resolver' ? from - lookupMs : from, to }).filter(
      ({ fate }) => fate === 'timeout',
    ),
  )
  const drop = conntrackRise(of, 'node', 'drop', { from, to })
  // What conntrack drops has another name, and another rule.
  if (explains.length === 0 || (drop && drop.by >= lost.length / 2)) return []
  const share = percent(lost.length / asked)
  const both = lossy.modes.length > 1
  return [
    {
      ...(both ? {} : { only: 'family' as const }),
      says: `${lost.length} of ${asked} questions to ${target.called} (${share}) heard nothing, by chance: neither port nor time makes a difference.`,
      explains,
      of: Math.max(asked, explains.length),
      confidence: both
        ? {
            level: 'likely',
            because: 'ports that ask on lose the same share as new ones, without order, and none fails for good',
          }
        : {
            level: 'possible',
            because: 'one port loses some and not others; there were no new ports to compare it with',
          },
      evidence: [
        ...questionLines(explains),
        ...lossy.modes.map(each => modeLine(each, to)),
        ...counterLines(of, { from, to }),
      ],
      ruledOut: [
        { what: 'udp-stale-entry', because: 'no port is left without any answer' },
        {
          what: 'dead-endpoint',
          because: 'one port, hence one entry and one server, loses single questions, and is answered in between',
        },
        { what: 'dns-slow', because: 'nothing came late' },
        { what: 'ip-forward-off', because: 'most is answered' },
        ...(drop
          ? [{ what: 'table-full', because: `conntrack on the node dropped ${drop.by} packets meanwhile` }]
          : []),
      ],
      missing: lackingNode(of, 'whether conntrack drops them (table-full)'),
      remedy: [
        '# Where are they lost? Drops of the interfaces on both nodes, from one minute to the next:',
        'ip -s link; nstat -az | grep -E "UdpRcvbufErrors|UdpInErrors|IpInDiscards|IpOutDiscards"; ethtool -S eth0 | grep -i drop',
        '# Or before the server: its UDP socket is full (UdpRcvbufErrors in its pod rises): more CPU, or a larger buffer:',
        'sysctl -w net.core.rmem_max=8388608',
        '# What a rule drops on purpose (a limit, a policy) shows in its counter:',
        'nft list ruleset | grep -E "drop|limit"; iptables -L -nvx | grep -i drop',
      ],
    },
  ]
}

/** A lookup asks for as long as a resolver's patience lasts, ms. */
const lookupMs = 10_000

const modeLine = ({ mode, lost, asked }: Lossy['modes'][number], at: number): EvidenceLine => {
  const { low, high } = wilson(lost, asked)
  return {
    source: 'client',
    at,
    says: `from ${mode} ${lost} of ${asked} were lost: ${percent(low)} to ${percent(high)}`,
  }
}

/** TCP loses as well where it is the path: our own kernel counts what it sends again. */
function counterLines(of: Case, meanwhile: { readonly from: number; readonly to: number }): readonly EvidenceLine[] {
  const resent = netstatRise(of, 'own', 'Tcp.RetransSegs', meanwhile)
  const full = netstatRise(of, 'own', 'Udp.RcvbufErrors', meanwhile)
  return [
    ...(resent && resent.by > 0
      ? [{ source: 'own netstat', at: resent.at, says: `Tcp.RetransSegs rose by ${resent.by}` }]
      : []),
    ...(full && full.by > 0
      ? [{ source: 'own netstat', at: full.at, says: `Udp.RcvbufErrors rose by ${full.by}` }]
      : []),
  ]
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`
