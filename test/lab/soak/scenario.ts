import { dnsService, longholdService } from '../cluster/places.ts'
import { client, exactly, ledger, none, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import type { Lab } from '../stage.ts'
import { firstPods, type Fleet, fleet, podsName, sparePods } from './fleet.ts'
import { type Act, betweenMs, planOf, type Soak } from './plan.ts'

/** The name of its incidents. */
export const soakName = 'soak'

const idle = ['5s', '15s', '30s', '1m']
const hold = {
  kind: 'tcp-hold',
  to: longholdService,
  connections: 20,
  spread: '5s',
  reconnect: { base: '1s', cap: '10s' },
}

/** The canary: what `longhold client` does by itself (src/config/defaults/client.yaml), in silences of seconds to a minute. */
const probes = [
  { ...hold, name: 'no-keepalive', idle },
  { ...hold, name: 'keepalive', idle, keepalive: { idle: '10s', interval: '2s', count: 3 } },
  { ...hold, name: 'server-speaks', idle: '15s', speaker: 'server', connections: 10 },
  { ...hold, name: 'pod-path', idle, path: 'pod', to: podsName },
  { ...hold, kind: 'http-hold', name: 'http', idle: '15s', connections: 5, to: `${longholdService}:7001` },
  { kind: 'udp-echo', name: 'echo', to: longholdService },
  { kind: 'udp-echo', name: 'echo-pod', to: podsName },
  {
    kind: 'dns',
    name: 'dns',
    servers: [dnsService],
    names: ['kubernetes.default.svc.cluster.local'],
    resolver: { search: [] },
  },
]
const held = probes.reduce((sum, probe) => sum + ('connections' in probe ? (probe.connections ?? 0) : 0), 0)

/** A healthy cluster and its everyday life, for as long as it is asked for: nobody may be accused of anything. */
export const soakOf = (how: Soak): Scenario => ({
  name: soakName,
  summary: 'a healthy cluster, rolling updates, scale to zero and back, restarts of the client',
  means: 'Nothing is wrong. Whatever longhold names here, but for plans, is a false alarm.',
  modes: ['iptables', 'nftables', 'ipvs'],
  cluster: {
    servers: [...firstPods, ...sparePods],
    spare: sparePods,
    dns: ['dns1', 'dns2'],
    names: { [podsName]: firstPods },
  },
  probes,
  stage: lab => live(lab, how),
  proofs: [
    client('no connection ends but by plan', ({ client }) => client.ended({ planned: false }), none),
    servers('nor on their side', ({ servers }) => servers.ended({ planned: false }), none),
    ledger(
      'all are held at the end',
      ({ ledger }) => ledger('ended').filter(({ state }) => state === 'open'),
      exactly(held),
    ),
  ],
})

async function live(lab: Lab, how: Soak): Promise<void> {
  const began = performance.now()
  const until = (atMs: number, what: string) =>
    lab.passes(`${Math.max(0, Math.round(atMs - (performance.now() - began)))}ms`, what)
  await Promise.all(sparePods.map(pod => lab.stops(pod)))
  await lab.untilOpen('2m')
  const pods = fleet(lab)
  const plan = planOf(how)
  for (const [index, { act, atMs }] of plan.entries()) {
    await until(atMs, `${words[act]} (${index + 1} of ${plan.length})`)
    await acts[act](lab, pods, { number: index, betweenMs: betweenMs(how) })
  }
  await until(how.forMs, 'the end')
}

const words: Readonly<Record<Act, string>> = {
  rollout: 'then a rolling update',
  zero: 'then scale to zero and back',
  restart: 'then the client is restarted',
}

interface When {
  readonly number: number
  readonly betweenMs: number
}

const acts: Readonly<Record<Act, (lab: Lab, pods: Fleet, when: When) => Promise<void>>> = {
  rollout: (_, pods, { number }) => pods.rollOut(number % 2 === 0 ? 'one after the other' : 'at once'),
  async zero(lab, pods, { betweenMs }) {
    await pods.toZero()
    await lab.passes(`${Math.round(Math.min(30_000, betweenMs / 3))}ms`, 'nobody is there')
    await pods.back()
  },
  async restart(lab) {
    await lab.changes('the client is told to stop', () => lab.stops('client'))
    await lab.passes('3s', 'nobody asks')
    await lab.changes('and starts again', () => lab.starts('client'))
  },
}
