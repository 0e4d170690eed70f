import { z } from 'zod'
import { defineFacts, type FactsOf } from '../facts.ts'

/**
 * NAT and what belongs to it, as the rules of one network namespace have it, whoever wrote them. IPv4; IPv6 where every
 * flow that was asked about is IPv6. With flows of both, `services` and `masquerades` are those of both.
 *
 * A `false` is said only when everything could be read. Where something could not, what was not seen is left out, and
 * `unread` says what might have held it: then nothing may be concluded from what is not there.
 */
export const natRules = defineFacts(
  'nat-rules',
  z.object({
    /** What the rules were read through. Where both hold Service rules, the one that holds those of the flows. */
    through: z.enum(['iptables-save', 'nft']),
    /** kube-proxy's rules are there and packets of pods meet them, whatever Services they serve; emptied chains are none. */
    serviceRules: z.boolean().optional(),
    /** The Services that flows ask for, as the rules have them. One that no rule names is left out: in IPVS mode all of them. */
    services: z.array(
      z.object({
        proto: z.enum(['tcp', 'udp']),
        address: z.string(),
        port: z.number(),
        /** Where it leads, `10.244.2.11:7000`; left out where there were too many rules to look. */
        backends: z.array(z.string()).optional(),
        /** A rule rejects or drops what has no backend. */
        refuses: z.boolean(),
        /** How: with an ICMP error that the client hears, or in silence. */
        refusal: z.enum(['reject', 'drop']).optional(),
      }),
    ),
    /**
     * Rules that masquerade what leaves, or translate its source, beside kube-proxy's own. Ranges as `10.244.0.0/16`, `10.0.0.1-10.0.0.9`
     * or a single address; a `!` before: all but. Without `source` or `destination` it is for all, or for a set that is
     * not read here. Rules for single ports or marked packets are left out, and those for one pod that no flow is of.
     */
    masquerades: z.array(
      z.object({
        source: z.string().optional(),
        destination: z.string().optional(),
        randomFully: z.boolean().optional(),
        text: z.string(),
      }),
    ),
    /** kube-proxy's own masquerading of marked packets (hairpins, node ports) is there. */
    masqueradesMarked: z.boolean().optional(),
    /** Any masquerading or source NAT says `random-fully`. */
    randomFully: z.boolean().optional(),
    /** INVALID packets are dropped on forward. */
    invalidDrop: z.boolean().optional(),
    /** What may hold more rules and could not be read, and why; left out when that is nothing. */
    unread: z.array(z.string()).optional(),
  }),
)
export type NatRules = FactsOf<typeof natRules>
