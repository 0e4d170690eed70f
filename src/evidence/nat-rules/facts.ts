import { z } from 'zod'
import { defineFacts } from '../facts.ts'

export const natRules = defineFacts(
  'nat-rules',
  z.object({
    /** What the rules were read through. Where both hold Service rules, the one that holds those of the flows. */
    through: z.enum(['iptables-save', 'nft']),
    /** kube-proxy's own chains or table are there at all, whatever Services they serve. */
    serviceRules: z.boolean(),
    /** The Services that flows ask for, as the rules have them. One that no rule names is left out. */
    services: z.array(
      z.object({
        proto: z.enum(['tcp', 'udp']),
        address: z.string(),
        port: z.number(),
        /** Backends, `10.244.2.11:7000`. */
        backends: z.array(z.string()),
        /** A rule rejects or drops what has no backend. */
        refuses: z.boolean(),
      }),
    ),
    /** Rules that masquerade what leaves, beside kube-proxy's own mark: source ranges such as `10.244.0.0/16`, and the rule's text. */
    masquerades: z.array(z.object({ source: z.string().optional(), text: z.string() })),
    /** kube-proxy's own masquerading of marked packets (hairpins, node ports) is there. */
    masqueradesMarked: z.boolean(),
    /** Any masquerading or SNAT says `random-fully`. */
    randomFully: z.boolean(),
    /** INVALID packets are dropped on forward. */
    invalidDrop: z.boolean(),
  }),
)
