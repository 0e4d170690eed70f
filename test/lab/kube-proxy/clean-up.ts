import { type Front, frontsOf } from './names.ts'
import type { Command, Desired } from './services.ts'

/**
 * Deletes the conntrack entries that a change leaves behind, call by call as kube-proxy up to 1.31 does: UDP only, with
 * the `conntrack` program. That it finds nothing to delete is no failure (it exits with 1 then); where the program is
 * missing, all of them fail and the entries stay.
 */
export function cleanUpCommands(before: Desired, after: Desired): readonly Command[] {
  const [was, is] = [udpFronts(before), udpFronts(after)]
  const removed = [...was.values()].filter(({ name }) => !is.has(name))
  const awake = [...is.values()].filter(({ name, backends }) => backends.length > 0 && !was.get(name)?.backends.length)
  const nodePorts = awake.flatMap(({ port }) => port.nodePort ?? [])
  return [
    // The ClusterIP of a UDP port that is gone, and of one that has endpoints for the first time: clients that asked
    // before have entries without NAT. The node port of a Service that is gone is not among them.
    ...unique([...removed, ...awake].map(({ address }) => address)).map(address =>
      deletes('--orig-dst', address, '-p', 'udp'),
    ),
    ...unique(nodePorts).map(port => deletes('-p', 'udp', '--dport', String(port))),
    ...[...was.values()].flatMap(front => leftBehind(front, is.get(front.name))),
  ]
}

/** Entries to endpoints that are gone or no longer ready, of a Service that is still there. */
function leftBehind({ backends }: Front, now: Front | undefined): readonly Command[] {
  if (!now) return []
  const still = new Set(now.backends.map(({ target }) => target))
  return backends
    .filter(({ target }) => !still.has(target))
    .flatMap(({ address }) => [
      ...(now.port.nodePort === undefined
        ? []
        : [deletes('-p', 'udp', '--dport', String(now.port.nodePort), '--dst-nat', address)]),
      deletes('--orig-dst', now.address, '--dst-nat', address, '-p', 'udp'),
    ])
}

const udpFronts = ({ services }: Desired) =>
  new Map(frontsOf(services).flatMap(front => (front.port.protocol === 'udp' ? [[front.name, front] as const] : [])))

/** `conntrack` exits with 1 when it deleted nothing, and so it does when it failed. */
const deletes = (...filter: readonly string[]): Command => ({ argv: ['conntrack', '-D', ...filter], allow: [1] })

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]
