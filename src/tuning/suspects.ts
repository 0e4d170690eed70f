import { late } from '../settings/late.ts'
import type { Ending } from './advice/hop.ts'
import type { Found } from './estimate.ts'
import { presets } from './presets.ts'
import type { Cut, Death } from './trial.ts'

/** An idle timeout that many paths have, and where it is set. */
export interface Suspect {
  readonly name: string
  readonly seconds: number
  /** Empty where it cannot be set. */
  readonly setAt: string
  /** A timer of the kernel ends it, and may be late. */
  readonly mayBeLate?: boolean
}

/** How a hop that ends connections in that manner is seen from outside. */
const seenAs: Readonly<Record<Ending, readonly (Cut | Death)[]>> = {
  reset: ['reset', 'unheard'],
  silent: ['unanswered', 'unheard'],
  'reset-both': ['reset', 'gave-up'],
  closed: ['closed'],
  unknown: ['reset', 'unanswered', 'unheard', 'closed'],
}

/** UDP is its own: nobody is told of an end, and no keepalive helps (nf_conntrack_proto_udp.c, ip_vs_proto_udp.c). */
const overUdp: readonly Suspect[] = [
  {
    name: 'conntrack, UDP in its first two seconds',
    seconds: 30,
    setAt: 'sysctl net.netfilter.nf_conntrack_udp_timeout',
  },
  { name: 'conntrack, UDP stream', seconds: 120, setAt: 'sysctl net.netfilter.nf_conntrack_udp_timeout_stream' },
  {
    name: 'conntrack, UDP stream of kernels before 4.20',
    seconds: 180,
    setAt: 'sysctl net.netfilter.nf_conntrack_udp_timeout_stream',
  },
  { name: 'IPVS, UDP', seconds: 300, setAt: 'kube-proxy ipvs.udpTimeout, ipvsadm --set', mayBeLate: true },
]

/** What clocks, ticks and delayed acknowledgements add. */
const slack = { share: 0.004, ms: 250 }
/** Bounds so far apart would meet some default by chance. */
const sharp = 1.3

/** The known timeouts within what was measured that end connections as was seen, the nearest first. */
export function suspectsOf({ lowMs, highMs, how }: Found, transport: 'tcp' | 'udp'): readonly Suspect[] {
  if (lowMs <= 0 || highMs / lowMs > sharp) return []
  const seen = how[0]?.[0]
  const [least, most] = [lowMs * (1 - slack.share) - slack.ms, highMs * (1 + slack.share) + slack.ms]
  const away = ({ seconds }: Suspect) => Math.abs(Math.log((seconds * 1000) / Math.sqrt(lowMs * highMs)))
  const known = transport === 'udp' ? overUdp : overTcp(seen)
  return known
    .filter(({ seconds, mayBeLate }) => {
      const ms = seconds * 1000
      return (mayBeLate ? late(ms) : ms) > least && ms <= most
    })
    .toSorted((a, b) => away(a) - away(b))
}

const overTcp = (seen: Cut | Death | undefined): readonly Suspect[] =>
  presets
    .filter(({ ending }) => seen !== undefined && seenAs[ending].includes(seen))
    .map(({ title, timeoutS, configurable, mayBeLate = false }) => ({
      name: title,
      seconds: timeoutS,
      setAt: configurable,
      mayBeLate,
    }))
