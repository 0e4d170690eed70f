import { z } from 'zod'
import { defineFacts } from '../facts.ts'

/** Values by their full names, such as `net.netfilter.nf_conntrack_tcp_timeout_established`; one that does not exist is left out. */
export const sysctl = defineFacts('sysctl', z.record(z.string(), z.union([z.number(), z.string()])))
