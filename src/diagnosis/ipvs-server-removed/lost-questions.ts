import { ipvs } from '../../evidence/ipvs/facts.ts'
import { flowKey } from '../../outcome/flow.ts'
import { formatAddress, parseAddress } from '../../settings/address.ts'
import { type Case, isTrusted, type Question } from '../case.ts'

/** Questions from one port for good whose entry in IPVS leads to a server that the service does not have any more. */
export function lostQuestions(of: Case): readonly Question[] {
  const stray = new Set<string>()
  for (const { value } of of.facts.all(ipvs, 'node'))
    for (const { flow, destination } of value.connections) {
      const called = parseAddress(flow.split(' ')[2] ?? '', 0)
      const service = value.services.find(
        ({ proto, address, port }) => flow.startsWith(`${proto} `) && address === called?.host && port === called.port,
      )
      const known = service?.destinations.map(({ address, port }) => formatAddress({ host: address, port })) ?? []
      if (destination !== undefined && known.length > 0 && !known.includes(destination)) stray.add(flow)
    }
  return of.misses.filter(
    each => each.fate === 'timeout' && each.flow && stray.has(flowKey(each.flow)) && isTrusted(each),
  )
}
