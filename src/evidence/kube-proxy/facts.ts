import { z } from 'zod'
import { defineFacts } from '../facts.ts'

export const kubeProxy = defineFacts(
  'kube-proxy',
  z.object({
    /** Answered on its metrics port. */
    reachable: z.boolean(),
    /** `iptables`, `ipvs`, `nftables`: `/proxyMode`. */
    mode: z.string().optional(),
    /** `v1.31.4`. */
    version: z.string().optional(),
    healthy: z.boolean().optional(),
    /** Epoch ms of its last sync of the rules, and of its start. */
    lastSyncAt: z.number().optional(),
    startedAt: z.number().optional(),
    /** A process of that name runs. */
    running: z.boolean().optional(),
    /** The `conntrack` program where kube-proxy looks for it: its own PATH below its own root. Absent when that cannot be seen. */
    conntrackBinary: z.boolean().optional(),
  }),
)
