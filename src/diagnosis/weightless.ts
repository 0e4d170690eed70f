import { ipvs, type VirtualService } from '../evidence/ipvs/facts.ts'
import { canonical } from '../evidence/tuple.ts'
import { type Flow, flowKey } from '../outcome/flow.ts'
import { formatAddress, parseAddress } from '../settings/address.ts'
import type { Case } from './case.ts'
import type { Meanwhile } from './rises.ts'

/** IPVS leads a flow, old or new, to a real server that gets no new ones. */
export interface Weightless {
  /** Epoch ms of the reading. */
  readonly at: number
  /** The virtual server, `10.96.0.10:53`, and the real one. */
  readonly service: VirtualService
  readonly virtual: string
  readonly real: string
  readonly destination: VirtualService['destinations'][number]
  /** The entry of this very flow says so; else it is told by who its server was. */
  readonly isOwn: boolean
}

/** What IPVS said meanwhile of a flow, newest last. `server`: the address of the server it was with, where it is known. */
export function weightlessIn(of: Case, flow: Flow, { from, to }: Meanwhile, server?: string): readonly Weightless[] {
  const key = flowKey(flow)
  const called = parseAddress(flow.remote, 0)
  return of.facts.all(ipvs, 'node').flatMap(({ at, value: { services, connections } }) => {
    const service = services.find(
      ({ proto, address, port }) =>
        proto === flow.proto &&
        called !== undefined &&
        canonical(address) === canonical(called.host) &&
        port === called.port,
    )
    if (!service || at < from || at > to) return []
    const own = connections.find(each => each.flow === key)?.destination
    const destination = service.destinations.find(({ address, port }) =>
      own === undefined
        ? server !== undefined && canonical(address) === canonical(server)
        : formatAddress({ host: address, port }) === own,
    )
    if (destination?.weight !== 0) return []
    const real = formatAddress({ host: destination.address, port: destination.port })
    return [{ at, service, virtual: flow.remote, real, destination, isOwn: own !== undefined }]
  })
}

/** Whether there is anybody else who gets new flows. */
export const hasOthers = ({ service }: Weightless): boolean => service.destinations.some(({ weight }) => weight > 0)

/** Remedy lines: takes these real servers away. What they hold is then scheduled anew, or reset. */
export const realServerDeletions = (all: readonly Weightless[]): readonly string[] => [
  ...new Set(
    all.map(
      ({ service: { proto }, virtual, real }) => `ipvsadm -d ${proto === 'tcp' ? '-t' : '-u'} ${virtual} -r ${real}`,
    ),
  ),
]
