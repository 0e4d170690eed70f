import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

export const kubeProxy = defineFacts(
  'kube-proxy',
  z.object({
    /** It answered on its metrics port, in words that are kube-proxy's. */
    reachable: z.boolean(),
    /** `iptables`, `ipvs`, `nftables`: `/proxyMode`. */
    mode: z.string().optional(),
    /** `v1.31.4`; `clean-up.ts` says what follows from it. */
    version: z.string().optional(),
    /** It syncs its rules in time. Absent where nobody answers on its health port: that may be closed on purpose. */
    healthy: z.boolean().optional(),
    /** Epoch ms of its last sync of the rules, and of its start. */
    lastSyncAt: z.number().optional(),
    startedAt: z.number().optional(),
    /** A process of that name runs. `false` only where all processes of the machine are seen, and none answers in its name. */
    running: z.boolean().optional(),
    /** The `conntrack` program where kube-proxy looks for it: its own PATH below its own root. Absent when that cannot be seen. */
    conntrackBinary: z.boolean().optional(),
  }),
)
export type KubeProxy = FactsOf<typeof kubeProxy>
