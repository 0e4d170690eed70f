import { kubernetes } from '../evidence/kubernetes/facts.ts'
import type { Flow } from '../outcome/flow.ts'
import type { Case } from './case.ts'
import { addressOf, isNodePort } from './deletions.ts'

/** By the cluster's word, or by the range that node ports come from. */
export function isOfNodePort(of: Case, { remote }: Flow): boolean {
  const { host, port } = addressOf(remote)
  const service = of.facts
    .newest(kubernetes, 'cluster')
    ?.value.services.find(each => each.proto === 'udp' && each.address === host && each.port === port)
  return service ? service.via === 'node-port' : isNodePort(port)
}
