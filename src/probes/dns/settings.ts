import { isIP } from 'node:net'
import { z } from 'zod'
import { address } from '../../settings/address.ts'
import { duration } from '../../settings/duration.ts'
import { name, port } from '../../settings/fields.ts'
import { isDomainName, recordTypes } from './query.ts'

/** How questions leave: each from a new source port, all from one, or A and AAAA together from a new one. */
export const portModes = ['fresh', 'pinned', 'pair'] as const
export type PortMode = (typeof portModes)[number]

const domainName = z
  .string()
  .max(254)
  .refine(isDomainName, {
    error: () => 'a domain name such as kubernetes.default.svc.cluster.local, in ASCII (punycode), labels of 1 to 63',
  })

const flag = (description: string) => z.boolean().optional().meta({ description })

/** The options of resolv.conf(5). What is left out comes from /etc/resolv.conf, or else is glibc's own default. */
const resolver = z.strictObject({
  timeout: duration({ min: '1s', max: '30s' })
    .refine(ms => ms % 1000 === 0, { error: () => 'whole seconds, as resolv.conf counts them' })
    .optional()
    .meta({ description: 'for one server in one round (glibc: 5s)' }),
  attempts: z.int().min(1).max(5).optional().meta({ description: 'rounds over all servers (glibc: 2)' }),
  ndots: z.int().min(0).max(15).optional().meta({ description: 'a name with fewer dots is searched first (glibc: 1)' }),
  search: z
    .array(z.union([z.literal('.'), domainName], { error: () => 'a domain, or "." for the root' }))
    .max(32)
    .optional()
    .meta({ description: 'domains tried after the name' }),
  rotate: flag('begin each lookup with the next server'),
  useVc: flag('ask over TCP'),
  singleRequest: flag('ask for AAAA when A is answered'),
  singleRequestReopen: flag('the same, from another socket'),
})

/** One probe. */
export const dnsSettings = z
  .strictObject({
    name,
    servers: z
      .array(
        address(53).refine(({ host, port }) => isIP(host) !== 0 && port > 0, {
          error: () => 'an IP address such as 10.96.0.10 or [fd00::a]:53',
        }),
      )
      .min(1, { error: () => 'at least one server, or none of this to use /etc/resolv.conf' })
      .max(16)
      .optional()
      .meta({ description: 'whom to ask; by default the name servers in /etc/resolv.conf' }),
    names: z
      .array(domainName)
      .min(1, { error: () => 'at least one name' })
      .max(64)
      .meta({ description: 'asked for in turn, as they are written' }),
    types: z
      .array(z.enum(recordTypes))
      .min(1, { error: () => 'at least one type' })
      .max(4)
      .default(['A'])
      .meta({ description: 'of which types; pair always asks for A and AAAA' }),
    every: duration({ min: '50ms', max: '1h' })
      .default(1000)
      .meta({ description: 'between two names, for each server and port mode' }),
    timeout: duration({ min: '100ms', max: '30s' }).default(5000).meta({ description: 'given up after this' }),
    ports: z
      .array(z.enum(portModes))
      .max(portModes.length)
      .default([...portModes])
      .meta({ description: 'fresh: a new source port each; pinned: one for good; pair: A and AAAA from one new port' }),
    pinnedPort: port
      .min(1)
      .optional()
      .meta({ description: 'source port of the pinned mode, the next ones for further servers; by default any' }),
    resolver: resolver
      .optional()
      .meta({ description: 'look the names up as an application would, through all servers; {} for what is usual' }),
  })
  .refine(({ ports, resolver }) => ports.length > 0 || resolver !== undefined, {
    path: ['ports'],
    error: () => 'at least one of fresh, pinned and pair, unless resolver is set',
  })
export type Dns = z.output<typeof dnsSettings>

/** The embedded responder. */
export const responderSettings = z.strictObject({
  listen: address(7053, { listening: true }).default({ host: '127.0.0.1', port: 7053 }),
})
export type ResponderSettings = z.output<typeof responderSettings>
