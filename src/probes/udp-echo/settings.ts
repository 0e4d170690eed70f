import { z } from 'zod'
import { address, addresses } from '../../settings/address.ts'
import { duration } from '../../settings/duration.ts'
import { name, port } from '../../settings/fields.ts'
import { largest, smallest } from './datagram.ts'

export const portModes = ['fresh', 'pinned'] as const
export type PortMode = (typeof portModes)[number]

/** One probe. */
export const echoSettings = z.strictObject({
  name,
  to: addresses(7000, { max: 64 }).meta({
    description: 'whom to ask; of a name with several addresses, fresh ports ask each in turn',
  }),
  every: duration({ min: '10ms', max: '1h' })
    .default(1000)
    .meta({ description: 'between two questions of one port mode to one address' }),
  timeout: duration({ min: '10ms', max: '60s' }).default(5000).meta({ description: 'given up after this' }),
  ports: z
    .array(z.enum(portModes))
    .min(1, { error: () => 'at least one of fresh and pinned' })
    .max(portModes.length)
    .default([...portModes])
    .meta({ description: 'fresh: a new source port for each question; pinned: one source port for good' }),
  pinnedPort: port
    .min(1)
    .optional()
    .meta({ description: 'source port of the pinned mode, the next ones for further addresses; by default any' }),
  size: z
    .int()
    .min(smallest)
    .max(largest)
    .default(128)
    .meta({ description: `bytes in a question, ${smallest} to ${largest}; the answer has as many` }),
})
export type Echo = z.output<typeof echoSettings>

/** The half that answers. */
export const answerSettings = z.strictObject({
  listen: address(7000, { listening: true })
    .default({ host: '::', port: 7000 })
    .meta({ description: '[::] takes IPv4 as well, and is 0.0.0.0 where the machine has no IPv6' }),
})
export type Answer = z.output<typeof answerSettings>
