import { conntrackCounters, netstatCounters } from '../agent/node-metrics.ts'
import { conntrackEntries } from '../evidence/conntrack-entries/facts.ts'
import { conntrackEvents } from '../evidence/conntrack-events/facts.ts'
import { conntrack } from '../evidence/conntrack/facts.ts'
import { cpu } from '../evidence/cpu/facts.ts'
import type { Facts } from '../evidence/facts.ts'
import { ipvs } from '../evidence/ipvs/facts.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { kubernetes } from '../evidence/kubernetes/facts.ts'
import { natRules } from '../evidence/nat-rules/facts.ts'
import { netstat } from '../evidence/netstat/facts.ts'
import { sysctl } from '../evidence/sysctl/facts.ts'
import type { Reading } from '../outcome/evidence.ts'
import { ago, count, moment, span } from '../record/tables/words.ts'
import { timersOf } from '../tuning/advice/from-node.ts'

/** What a source said, in the words of who runs the node; the first sentence is the one to read. */
export function evidenceWords(source: string, value: unknown, at: number): readonly string[] {
  const say = sayings.find(({ name }) => name === source)
  return say ? say.words(value, at) : ['it was read']
}

interface Saying {
  readonly name: string
  words(value: unknown, at: number): readonly string[]
}

/** Facts come from agents of other versions, too: what does not fit says so. */
const saying = <T>(
  { name, schema }: Facts<T>,
  words: (value: T, at: number) => readonly (string | false | undefined)[],
): Saying => ({
  name,
  words(value, at) {
    const { data, success } = schema.safeParse(value)
    return success
      ? words(data, at).filter(word => word !== false && word !== undefined)
      : ['what it said could not be understood']
  },
})

const sayings: readonly Saying[] = [
  saying(sysctl, (values, at) => {
    const { hops, current } = timersOf({ sysctl: { at, value: values } satisfies Reading }, at)
    return [
      ...hops.map(({ name, lowS }) => `${name} forgets an idle connection after ${span(lowS * 1000)}`),
      current &&
        `the kernel's own keepalive begins after ${span(current.idleS * 1000)}, ${current.count} x ${span(current.intervalS * 1000)}`,
    ]
  }),
  saying(conntrack, ({ count: entries, max, counters }) => [
    max > 0
      ? `${entries} of ${max} entries, ${Math.floor((entries / max) * 100)} %`
      : `${entries} entries, and no limit`,
    named(counters, conntrackCounters) ?? 'its counters cannot be read (CAP_NET_ADMIN and conntrack-tools)',
  ]),
  saying(netstat, counters => [named(counters, netstatCounters)]),
  saying(cpu, ({ throttledPeriods, throttledUs = 0, pressure10 }) => [
    throttledPeriods !== undefined &&
      `throttled in ${count(throttledPeriods)} periods, ${span(throttledUs / 1000)} in all`,
    pressure10 !== undefined && `something waited for a core in ${pressure10} % of the last 10 s`,
  ]),
  saying(ipvs, ({ services, timeouts }) => {
    const all = services.flatMap(({ destinations }) => destinations)
    return [
      `${services.length} virtual services, ${all.length} destinations, ${all.filter(({ weight }) => weight === 0).length} of weight 0`,
      timeouts && `forgets an idle connection after ${span(timeouts.tcp * 1000)} (UDP ${span(timeouts.udp * 1000)})`,
    ]
  }),
  saying(kubeProxy, ({ reachable, running, version, mode, healthy, lastSyncAt }, at) => [
    reachable
      ? ['kube-proxy', version, mode && `in ${mode} mode`].filter(Boolean).join(' ')
      : running === false
        ? 'none runs here'
        : `${running === true ? 'it runs, and ' : ''}nobody answers on its metrics port`,
    healthy !== undefined && (healthy ? 'healthy by its own word' : 'unhealthy by its own word'),
    lastSyncAt !== undefined && `wrote its rules ${ago(Math.max(0, at - lastSyncAt))} ago`,
  ]),
  saying(natRules, ({ through, serviceRules, masquerades, randomFully, invalidDrop, unread = [] }) => [
    `read through ${through}`,
    serviceRules !== undefined && (serviceRules ? 'the rules of Services are there' : 'no rules of Services'),
    `${masquerades.length} rules masquerade${randomFully === true ? ', random-fully' : ''}`,
    invalidDrop === true && 'INVALID packets are dropped',
    ...unread.map(what => `unread: ${what}`),
  ]),
  saying(conntrackEntries, entries =>
    entries.map(({ flow, entry }) =>
      entry
        ? `${flow}: ${entry.state ?? 'an entry'}${entry.expiresS === undefined ? '' : `, forgotten in ${span(entry.expiresS * 1000)}`}`
        : `${flow}: no entry`,
    ),
  ),
  saying(conntrackEvents, ({ events, deletions, missed }) => [
    `${count(events.length)} events of these flows`,
    deletions.length > 0 && `entries were deleted by a program, last at ${moment(deletions.at(-1)?.at ?? 0)} UTC`,
    missed !== undefined && `others may have been missed: ${missed}`,
  ]),
  saying(kubernetes, ({ services, pods, nodes, missing }) => [
    ...services.map(
      ({ name, address, port, endpoints, endpointCount }) =>
        `${name} (${address}:${port}): ${endpoints ? `${endpoints.filter(({ ready }) => ready).length} of ${endpointCount ?? endpoints.length} endpoints ready` : 'its endpoints could not be read'}`,
    ),
    pods.length > 0 && `${pods.length} pods, ${pods.filter(({ ready }) => ready).length} ready`,
    ...nodes.map(
      ({ name, ready, cordoned }) => `node ${name} ${ready ? 'ready' : 'not ready'}${cordoned ? ', cordoned' : ''}`,
    ),
    ...missing.map(({ what, why }) => `${what} could not be read: ${why}`),
  ]),
]

/** Of these counters those that are there and count, or that none does. */
function named(counters: Readonly<Record<string, number>>, names: readonly string[]): string | undefined {
  const known = names.filter(name => Object.hasOwn(counters, name))
  if (known.length === 0) return undefined
  const counting = known.filter(name => (counters[name] ?? 0) > 0).map(name => `${name} ${count(counters[name] ?? 0)}`)
  return counting.length > 0 ? `${counting.join(', ')}, since the counters began` : `${known.join(', ')}: 0`
}
