import { networkInterfaces } from 'node:os'
import { pino } from 'pino'
import { z } from 'zod'
import { type Agent, type AgentJob, startAgent } from '../src/agent/agent.ts'
import { admitsAll } from '../src/http/token.ts'
import { realClock } from '../src/clock.ts'
import { defineFacts } from '../src/evidence/facts.ts'
import { machineAt } from '../src/evidence/machine.ts'
import { defineSource, type Source } from '../src/evidence/source.ts'

/** A source of this machine for a test: what it reads, and how it differs from a cheap one of no flows. */
export const exampleSource = (name: string, read: Source['read'], more: Partial<Source> = {}): Source => ({
  ...defineSource({
    facts: defineFacts(name, z.unknown()),
    of: 'machine',
    about: 'machine',
    costly: false,
    read,
  }),
  ...more,
})

export function exampleAgent(sources: readonly Source[], job: Partial<AgentJob> = {}): Promise<Agent> {
  return startAgent({
    listen: { host: '127.0.0.1', port: 0 },
    admits: admitsAll,
    node: 'node-1',
    version: '0.1.0',
    clock: realClock,
    log: pino({ level: 'silent' }),
    machine: machineAt('/', realClock),
    addressesOfNode: () => new Set(['127.0.0.1']),
    sources,
    ...job,
  })
}

/** An address of this machine that is not loopback, where it has one: whoever asks there is a stranger. */
export const addressOfMachine = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
