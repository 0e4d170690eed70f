import { type Flow, flowKey } from '../../src/outcome/flow.ts'
import { parseAddress } from '../../src/settings/address.ts'
import type { Service } from './cluster.ts'
import { isForgotten } from './node.ts'
import type { Said } from './readings.ts'
import type { Stage } from './stage.ts'

/** Which Service a flow calls; `undefined`: none. */
function calledBy(
  { cluster }: Stage,
  { remote }: Flow,
): { readonly service: Service; readonly port: number } | undefined {
  const { host, port = 0 } = parseAddress(remote, 0) ?? {}
  const service = [cluster.hold, cluster.dns].find(({ address }) => address === host)
  return service && { service, port }
}

/** Each Service and port once. */
function servicesOf(stage: Stage, flows: readonly Flow[]) {
  const called = flows.flatMap(flow => {
    const found = calledBy(stage, flow)
    return found ? [[`${flow.proto} ${flow.remote}`, { proto: flow.proto, ...found }] as const] : []
  })
  return [...new Map(called).values()]
}

export function rulesOf(stage: Stage, flows: readonly Flow[]): Said {
  const services = stage.node.by === 'ipvs' ? [] : servicesOf(stage, flows)
  return {
    value: {
      through: 'iptables-save',
      serviceRules: stage.node.by === 'rules',
      services: services.map(({ proto, service: { address, backends }, port }) => ({
        proto,
        address,
        port,
        backends: backends.map(({ identity }) => `${identity.ip}:${port}`),
        refuses: backends.length === 0,
        ...(backends.length === 0 && { refusal: 'reject' }),
      })),
      masquerades: [],
      masqueradesMarked: true,
      randomFully: true,
      invalidDrop: true,
    },
  }
}

export function ipvsOf(stage: Stage, flows: readonly Flow[]): Said {
  if (stage.node.by === 'rules') return { absent: 'no IPVS in this kernel or namespace' }
  const now = stage.time.now()
  return {
    value: {
      services: servicesOf(stage, flows).map(({ proto, service: { address, backends }, port }) => ({
        proto,
        address,
        port,
        scheduler: 'rr',
        flags: [],
        destinations: backends.map(({ identity }) => ({
          address: identity.ip,
          port,
          forward: 'Masq',
          weight: 1,
          active: 40,
          inactive: 3,
        })),
      })),
      connections: flows.flatMap(flow => {
        const called = calledBy(stage, flow)
        if (!called) return []
        const track = stage.tracked.get(flowKey(flow))?.at(-1)
        const isThere = track && !isForgotten(stage.node, track, now)
        return {
          flow: flowKey(flow),
          ...(isThere && { destination: `${track.backend.identity.ip}:${called.port}`, state: 'ESTABLISHED' }),
        }
      }),
      timeouts: { tcp: Math.round(stage.node.remembersMs / 1000), tcpfin: 120, udp: 300 },
    },
  }
}

export const kubeProxy = ({ node, time }: Stage): Said => ({
  value: {
    reachable: true,
    mode: node.by === 'ipvs' ? 'ipvs' : 'iptables',
    version: 'v1.33.6',
    healthy: true,
    lastSyncAt: Math.round(time.wall() - 20_000),
    startedAt: Math.round(time.wall() - time.now() - 86_400_000),
    running: true,
    conntrackBinary: true,
  },
})
