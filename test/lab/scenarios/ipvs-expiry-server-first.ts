import { client, exactly, none, servers } from '../proof.ts'
import { again, direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 12

export const ipvsExpiryServerFirst: Scenario = {
  name: 'ipvs-expiry-server-first',
  verdict: 'ipvs-expiry',
  summary: 'IPVS forgets an idle connection; the server speaks first',
  means:
    'What the server says leaves the node with the pod’s own address, and the client’s kernel answers RST: the server is reset, the client keeps a zombie until it speaks.',
  modes: ['ipvs'],
  tested: false,
  cluster: { memory: { ipvsTcp: 4 } },
  probes: [
    held('server-speaks', each, '9s', { speaker: 'server', deadline: '3s' }),
    direct('direct', each, '9s', ['srv1', 'srv2'], { speaker: 'server' }),
    // Those whose client speaks first tell who forgot.
    held('silent', each, '9s', { deadline: '20s' }),
    held('kept', each / 2, '9s', { deadline: '20s', keepalive: { idle: '1s', interval: '1s', count: 20 } }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the servers have spoken',
      ({ servers }) =>
        servers.exchanged({ cohort: 'direct' }).length >= each &&
        servers.ended({ cohort: 'server-speaks' }).length >= each,
    )
    await lab.until(
      'the clients have missed their server, and asked',
      ({ client }) => client.ended({ cohort: 'server-speaks' }).length >= each,
    )
  },

  remedy: {
    says: 'IPVS remembers for 10 minutes',
    probes: [
      again(each / 4, '9s', { name: 'again-server', speaker: 'server', deadline: '3s' }),
      again(each / 4, '9s', { deadline: '20s' }),
    ],
    work: lab => lab.remembers({ ipvsTcp: 600 }),
  },

  proofs: [
    servers(
      'every one is reset by its first word',
      ({ servers }) => servers.ended({ cohort: 'server-speaks', fate: 'reset', phase: 'exchange', zombie: false }),
      exactly(each),
    ),
    client(
      'every connection is a zombie, found by speaking out of turn',
      ({ client }) => client.ended({ cohort: 'server-speaks', fate: 'reset', zombie: true }),
      exactly(each),
    ),
    client(
      'straight to the pods the same silence kills nothing',
      ({ client }) => client.ended({ cohort: 'direct' }),
      none,
    ),
    servers('nor there', ({ servers }) => servers.ended({ cohort: 'direct' }), none),
  ],
}
