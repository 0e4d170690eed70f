import type { Identity } from '../outcome/identity.ts'
import { hostOf } from './host.ts'
import type { Case } from './case.ts'
import { perCase } from './per-case.ts'

/** A server process that was met. Of one that only answered datagrams no more than this is known. */
export type Server = Pick<Identity, 'instance' | 'pod'> & Partial<Identity>

/** By instance. */
export const serversOf = perCase((of: Case): ReadonlyMap<string, Server> => {
  const echoed = of.probes.flatMap(({ asks }) =>
    [...asks].flatMap(({ fate, by }) => {
      const [pod, instance] = fate === 'ok' ? (by?.split('/') ?? []) : []
      return pod !== undefined && instance !== undefined ? [{ pod, instance }] : []
    }),
  )
  const held = of.cohorts.flatMap(({ opens, ends }) => [
    ...[...opens].map(({ peer }) => peer),
    ...[...ends].flatMap(({ peer }) => peer ?? []),
  ])
  return new Map([...echoed, ...held].map(server => [server.instance, server]))
})

/** `srv1 (10.244.2.11)`. */
export const serverWords = ({ pod, ip }: Server): string => (ip === undefined ? pod : `${pod} (${ip})`)

/** It runs on our own node, as far as both say on which they are. */
export const isNeighbour = ({ self }: Case, { node }: Pick<Server, 'node'>): boolean =>
  self !== undefined && node !== undefined && node !== '' && node === self.node

/** Several, and all that are known of one node: what they have in common is the node. */
export function areOfOneNode(of: Case, servers: readonly Server[]): boolean {
  const [node, ...others] = new Set(servers.map(each => each.node ?? ''))
  if (servers.length < 2 || others.length > 0 || node === '') return false
  const ids = new Set(servers.map(({ instance }) => instance))
  return [...serversOf(of).values()].every(server => server.node !== node || ids.has(server.instance))
}

/** It is the very pod we are. */
export const isOurselves = ({ self }: Case, { ip }: Pick<Server, 'ip'>): boolean =>
  self !== undefined && ip !== undefined && hostOf(ip) === hostOf(self.ip)
