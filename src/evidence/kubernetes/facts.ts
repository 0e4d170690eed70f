import { z } from 'zod'
import { defineFacts } from '../facts.ts'

const endpoint = z.object({
  address: z.string(),
  ready: z.boolean(),
  serving: z.boolean(),
  terminating: z.boolean(),
  node: z.string().optional(),
  pod: z.string().optional(),
})

export const kubernetes = defineFacts(
  'kubernetes',
  z.object({
    /** Services whose cluster IP is asked by a flow. */
    services: z.array(
      z.object({
        name: z.string(),
        address: z.string(),
        endpoints: z.array(endpoint),
      }),
    ),
    /** Changes of their endpoints and of the pods behind them, oldest first, bounded. */
    changes: z.array(
      z.object({
        at: z.number(),
        what: z.enum([
          'endpoint-added',
          'endpoint-removed',
          'endpoint-terminating',
          'pod-ready',
          'pod-unready',
          'pod-gone',
          'node-unready',
          'node-ready',
        ]),
        /** `namespace/name`, or an address. */
        who: z.string(),
      }),
    ),
    /** Since when nothing new could be learnt, epoch ms; absent while the watch is alive. */
    staleSince: z.number().optional(),
  }),
)
