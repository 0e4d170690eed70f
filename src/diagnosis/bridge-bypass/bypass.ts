import { isIPv4 } from 'node:net'
import { type Attempt, attemptsOf, isHeard, isSilent, isTelling } from '../attempts.ts'
import { type Callee, within } from '../callees.ts'
import type { Case } from '../case.ts'
import { hostOf } from '../host.ts'
import type { Meanwhile } from '../rises.ts'
import { isNeighbour, type Server, serversOf } from '../servers.ts'

/** Servers on our own node that a Service leads to, and whose answers do not come from the Service. */
export interface Bypass extends Meanwhile {
  readonly neighbours: readonly { readonly host: string; readonly server?: Server }[]
  /** Answers that came from a neighbour itself. */
  readonly misled: readonly Attempt[]
  /** On connections that a neighbour had, and new ones where neighbours are not met any more. */
  readonly silent: readonly Attempt[]
  /** Answered through the Service meanwhile, by others. */
  readonly others: readonly Attempt[]
  /** Answered by a neighbour who was called by his own address. */
  readonly straight: number
}

export function bypassesOf(of: Case, callee: Callee): Bypass | undefined {
  const servers = serversOf(of)
  const isNear = (instance: string | undefined) => {
    const server = servers.get(instance ?? '')
    return server !== undefined && isNeighbour(of, server)
  }
  const misled = callee.attempts.filter(each => isTelling(each) && isBeside(of, answererOf(each)))
  const old = callee.attempts.filter(each => isTelling(each) && isSilent(each) && isNear(each.server))
  const suspects = [...misled, ...old].toSorted((a, b) => a.sentAt - b.sentAt)
  const [first, last] = [suspects[0], suspects.at(-1)]
  if (!first || !last) return undefined
  const time = { from: first.sentAt, to: last.sentAt }
  const known = Math.max(...suspects.map(({ symptom }) => symptom?.at ?? 0))
  const heard = within(callee.attempts.filter(isHeard), { from: time.from, to: known })
  const hosts = new Set(suspects.flatMap(each => answererOf(each) ?? hostOf(servers.get(each.server ?? '')?.ip) ?? []))
  // Through the Service nobody on our node is heard: that is what this looks like, and nothing else.
  if (within(heard, time).some(({ server }) => isNear(server))) return undefined
  return {
    ...time,
    neighbours: [...hosts].map(host => {
      const server = [...servers.values()].find(({ ip }) => hostOf(ip) === host)
      return { host, ...(server && { server }) }
    }),
    misled,
    silent: callee.attempts.filter(
      each =>
        isTelling(each) && isSilent(each) && each.sentAt >= time.from - leastMs && each.sentAt <= time.to + leastMs,
    ),
    others: heard.filter(({ server }) => !isNear(server)),
    straight: within(
      attemptsOf(of).filter(each => isHeard(each) && each.host !== undefined && hosts.has(each.host)),
      { from: time.from, to: known },
    ).length,
  }
}

/** What is lost in a moment is seen beside what is answered in the next, ms. */
const leastMs = 1000

/** Who answered a question that was not for him. */
function answererOf({ fate, symptom }: Attempt): string | undefined {
  return fate === 'wrong-source' && symptom?.type === 'asked' ? hostOf(symptom.by) : undefined
}

/** A pod of our own node: we know it from elsewhere, or its address is of the range that nodes are given by default. */
function isBeside(of: Case, host: string | undefined): boolean {
  if (host === undefined) return false
  const known = [...serversOf(of).values()].find(({ ip }) => hostOf(ip) === host)
  if (known?.node) return isNeighbour(of, known)
  const own = hostOf(of.self?.ip)
  return own !== undefined && rangeOf(own) === rangeOf(host)
}

/** kube-controller-manager: --node-cidr-mask-size, 24 for IPv4 and 64 for IPv6. */
const rangeOf = (address: string): string =>
  isIPv4(address) ? address.split('.').slice(0, 3).join('.') : address.split(':').slice(0, 4).join(':')
