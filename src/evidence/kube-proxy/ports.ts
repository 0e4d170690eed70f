import { Absent, type Machine } from '../source.ts'
import type { KubeProxy } from './facts.ts'
import { parseMetrics, parseMode } from './parse.ts'

/**
 * kube-proxy's defaults, `metricsBindAddress` and `healthzBindAddress`. Constants: a cluster that moves them is rare, and
 * loses no more than this.
 */
const metricsPort = 10_249
const healthPort = 10_256

/** On the node itself; a node of IPv6 alone has only the second. */
const hosts = ['127.0.0.1', '[::1]'] as const

/** A port that is held by somebody who never answers must not cost us the rest. */
const patienceMs = 1200

export interface Told {
  readonly facts: Omit<KubeProxy, 'running' | 'conntrackBinary'>
  /** Why it says nothing of itself. */
  readonly why: string
}

/** What kube-proxy says of itself. */
export async function ports(machine: Machine): Promise<Told> {
  const [mode, metrics, healthy] = await Promise.all([
    ask(machine, metricsPort, 'proxyMode'),
    ask(machine, metricsPort, 'metrics'),
    health(machine),
  ])
  const knownMode = mode instanceof Absent ? undefined : parseMode(mode)
  const known = metrics instanceof Absent ? undefined : parseMetrics(metrics)
  return {
    facts: {
      reachable: knownMode !== undefined || known !== undefined,
      ...(knownMode !== undefined && { mode: knownMode }),
      ...known,
      ...(healthy !== undefined && { healthy }),
    },
    why: metrics instanceof Absent ? metrics.message : `what answers on port ${metricsPort} is not kube-proxy`,
  }
}

/**
 * `/healthz` says 503 when a sync is overdue, and since 1.28 also when the node is about to go: `/livez` tells these apart.
 * Where there is no `/livez`, there is no other reason.
 */
async function health(machine: Machine): Promise<boolean | undefined> {
  const healthz = await ask(machine, healthPort, 'healthz')
  if (!(healthz instanceof Absent)) return true
  if (!healthz.message.endsWith(' answered 503')) return undefined
  const livez = await ask(machine, healthPort, 'livez')
  if (!(livez instanceof Absent)) return true
  return / answered (503|404)$/.test(livez.message) ? false : undefined
}

async function ask(machine: Machine, port: number, path: string): Promise<string | Absent> {
  const late = Promise.withResolvers<Absent>()
  const disarm = machine.clock.alarm(patienceMs, () => late.resolve(new Absent(`port ${port}: no answer in time`)))
  const get = (host: string) =>
    machine.get(`http://${host}:${port}/${path}`).catch((error: unknown) => {
      if (error instanceof Absent) return error
      throw error
    })
  const first = get(hosts[0])
  const either = first.then(async answer => {
    const refused = answer instanceof Absent && answer.message.includes('ECONNREFUSED')
    const other = refused ? await get(hosts[1]) : answer
    return other instanceof Absent && refused ? answer : other
  })
  try {
    return await Promise.race([either, late.promise])
  } finally {
    disarm()
  }
}
