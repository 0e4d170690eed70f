import { conntrackEntriesSource } from './conntrack-entries/source.ts'
import { conntrackEventsSource } from './conntrack-events/source.ts'
import { conntrackSource } from './conntrack/source.ts'
import { cpuSource } from './cpu/source.ts'
import { ipvsSource } from './ipvs/source.ts'
import { kubeProxySource } from './kube-proxy/source.ts'
import { natRulesSource } from './nat-rules/source.ts'
import { netstatSource } from './netstat/source.ts'
import { sysctlSource } from './sysctl/source.ts'
import type { Source } from './source.ts'

/** Every source of evidence there is. To add one: write its folder, then its line here. */
export const sources: readonly Source[] = [
  conntrackEntriesSource,
  conntrackEventsSource,
  conntrackSource,
  cpuSource,
  ipvsSource,
  kubeProxySource,
  natRulesSource,
  netstatSource,
  sysctlSource,
]
