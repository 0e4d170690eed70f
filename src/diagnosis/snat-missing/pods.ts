import { isIPv4 } from 'node:net'
import { natRules } from '../../evidence/nat-rules/facts.ts'
import { attemptsOf } from '../attempts.ts'
import type { Case } from '../case.ts'
import { hostOf } from '../host.ts'
import { isNeighbour, serversOf } from '../servers.ts'

/**
 * An address of the cluster's pods, as far as can be told: it begins like those of pods that are known, which are what
 * Services lead to, and servers on our own node. Where none is known it is taken for one.
 */
export function isOfPods(of: Case, address: string): boolean {
  const pods = [...backends(of), ...met(of)]
  return pods.length === 0 || pods.some(pod => rangeOf(pod) === rangeOf(address))
}

/** Clusters give pods a range of this size or larger, nodes a part of it. */
const rangeOf = (address: string): string =>
  isIPv4(address) ? address.split('.').slice(0, 2).join('.') : address.split(':').slice(0, 3).join(':')

const backends = ({ facts }: Case): string[] =>
  facts
    .all(natRules, 'node')
    .flatMap(({ value }) => value.services.flatMap(({ backends = [] }) => backends.flatMap(each => hostOf(each) ?? [])))

function met(of: Case): string[] {
  const servers = serversOf(of)
  return attemptsOf(of).flatMap(({ server, host }) => {
    const known = servers.get(server ?? '')
    const ip = hostOf(known?.ip)
    return known && ip !== undefined && (isNeighbour(of, known) || (host !== undefined && host !== ip)) ? [ip] : []
  })
}
