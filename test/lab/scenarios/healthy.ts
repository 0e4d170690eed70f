import { atLeast, client, exactly, kernel, none, servers } from '../proof.ts'
import { dnsService, longholdService } from '../cluster/places.ts'
import type { Scenario } from '../scenario.ts'

export const healthy: Scenario = {
  name: 'healthy',
  summary: 'nothing is staged: every kind of probe, through Services and straight to pods',
  means: 'A cluster in which nothing is wrong. Whatever longhold reports here would be a false alarm.',
  modes: ['iptables', 'nftables', 'ipvs'],
  cluster: { servers: ['srv0', 'srv1'], dns: ['dns1', 'dns2'] },
  probes: [
    { kind: 'tcp-hold', name: 'silent', to: longholdService, connections: 10, idle: '2s', spread: '0s' },
    {
      kind: 'tcp-hold',
      name: 'server-speaks',
      to: longholdService,
      connections: 10,
      idle: '2s',
      speaker: 'server',
      spread: '0s',
    },
    {
      kind: 'tcp-hold',
      name: 'direct',
      path: 'pod',
      to: ['10.244.1.20', '10.244.2.11'],
      connections: 10,
      idle: '2s',
      spread: '0s',
    },
    { kind: 'http-hold', name: 'http', to: `${longholdService}:7001`, connections: 5, idle: '2s', spread: '0s' },
    { kind: 'udp-echo', name: 'echo', to: longholdService, every: '250ms', timeout: '2s' },
    {
      kind: 'dns',
      name: 'dns',
      servers: [dnsService],
      names: ['kubernetes.default.svc.cluster.local'],
      every: '250ms',
      timeout: '2s',
      ports: ['fresh', 'pinned', 'pair'],
    },
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('every connection survived two silences', ({ client }) => client.exchanged().length >= 70)
  },

  proofs: [
    client('every connection is held', ({ client }) => client.opened(), exactly(35)),
    client('every question is answered', ({ client }) => client.asked({ fate: 'ok' }), atLeast(60)),
    client('no fault at all', ({ client }) => client.faults(), none),
    client('no stray answer', ({ client }) => client.strayed(), none),
    servers('no fault at all', ({ servers }) => servers.faults(), none),
    kernel(
      'conntrack on the client’s node dropped nothing',
      sight => sight.rose('nodea', 'conntrack drop'),
      exactly(0),
    ),
  ],
}
