import type { Check } from './check.ts'
import { beLiberal } from './be-liberal.ts'
import { bridge } from './bridge.ts'
import { conntrackBinary } from './conntrack-binary.ts'
import { conntrackDrops } from './conntrack-drops.ts'
import { conntrackTable } from './conntrack-table.ts'
import { establishedTimeout } from './established-timeout.ts'
import { forwarding } from './forwarding.ts'
import { insertFailed } from './insert-failed.ts'
import { ipvsExpireNodest } from './ipvs-expire-nodest.ts'
import { ipvsGhosts } from './ipvs-ghosts.ts'
import { ipvsTimeout } from './ipvs-timeout.ts'
import { kubeProxyHealth } from './kube-proxy-health.ts'
import { kubeProxyVersion } from './kube-proxy-version.ts'
import { loose } from './loose.ts'
import { masquerade } from './masquerade.ts'
import { randomFully } from './random-fully.ts'
import { rpFilter } from './rp-filter.ts'
import { serviceRules } from './service-rules.ts'
import { udpTimeouts } from './udp-timeouts.ts'

/** Every check there is, in the order of the table. To add one: write its file, then its line here. */
export const checks: readonly Check[] = [
  forwarding,
  bridge,
  rpFilter,
  conntrackTable,
  conntrackDrops,
  insertFailed,
  establishedTimeout,
  udpTimeouts,
  loose,
  beLiberal,
  serviceRules,
  masquerade,
  randomFully,
  kubeProxyHealth,
  kubeProxyVersion,
  conntrackBinary,
  ipvsTimeout,
  ipvsExpireNodest,
  ipvsGhosts,
]
