import { z } from 'zod'
import { type Address, address } from '../settings/address.ts'
import { duration } from '../settings/duration.ts'
import { type AskerTls, askerTls, tokenFile } from '../settings/secrets.ts'

/** What faults are judged by. `off`: nothing is read, and nothing judged. */
export type EvidenceConfig =
  | 'off'
  | {
      /** How often what is cheap to read is read while all is well, ms: what counters are compared with. */
      readonly every: number
      /** What each source may take, ms. */
      readonly deadline: number
      /** The agent on this node; `own` where this process shares the node's network and may read it itself. */
      readonly agent:
        | 'off'
        | 'own'
        | { readonly at: Address; readonly token?: string | undefined; readonly tokenFile?: string | undefined }
      /** Servers' ledgers and the agent are asked over TLS. */
      readonly tls?: AskerTls | undefined
      /** The Kubernetes API: `auto` where this process runs in a cluster. */
      readonly kubernetes: 'auto' | 'off' | { readonly kubeconfig: string }
      /** The port of the servers' web, where their ledgers are asked. */
      readonly ledgerPort: number
      /** Post a Kubernetes Event on our own pod when a verdict opens or closes. */
      readonly events: 'on' | 'off'
    }

export const evidence = z.strictObject({
  every: duration({ min: '1s', max: '1h' })
    .prefault('15s')
    .meta({ description: 'how often counters are read while all is well' }),
  deadline: duration({ min: '100ms', max: '1m' })
    .prefault('2s')
    .meta({ description: 'what each source of evidence may take; the agent is waited for 3s longer' }),
  agent: z
    .union(
      [
        z.enum(['off', 'own']),
        z.strictObject({
          at: address(7002).meta({ description: 'where the agent of this node listens' }),
          token: z.string().min(1).max(4096).optional().meta({ description: 'the token it wants, where it wants one' }),
          tokenFile: tokenFile('file with that token, read for each question').optional(),
        }),
      ],
      { error: () => '"off", "own" (this process shares its node\'s network), or {at: 10.0.0.1:7002}' },
    )
    .prefault('off')
    .meta({ description: 'longhold agent on this node: conntrack, rules, IPVS' }),
  kubernetes: z
    .union([z.enum(['auto', 'off']), z.strictObject({ kubeconfig: z.string().min(1) })], {
      error: () => '"auto", "off", or {kubeconfig: FILE}',
    })
    .prefault('auto')
    .meta({ description: 'the Kubernetes API; auto: where this process runs in a cluster' }),
  ledgerPort: z
    .int()
    .min(1)
    .max(65_535)
    .default(8080)
    .meta({ description: "the port of the servers' web, where their ledgers are asked" }),
  tls: askerTls.optional().meta({ description: "servers' ledgers and the agent are asked over HTTPS" }),
  events: z
    .enum(['on', 'off'])
    .default('off')
    .meta({ description: 'post a Kubernetes Event on this pod when a verdict opens or closes' }),
})
