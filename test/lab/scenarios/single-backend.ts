import { atLeast, client, exactly, none, servers } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 20

export const singleBackend: Scenario = {
  name: 'single-backend',
  verdict: 'conntrack-expiry/server-first',
  summary: 'conntrack forgets an idle connection to the only server: it heals without a symptom, if the client speaks',
  means:
    'The node forgot the connection and picked it up again mid-stream (nf_conntrack_tcp_loose=1): with a single server there is nobody else to pick. A canary with one server replica is blind to expiry, unless the server speaks first.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'], memory: { tcp: 2 } },
  probes: [held('silent', each, '4s'), held('server-speaks', each, '4s', { speaker: 'server' })],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('two silences are over', ({ client }) => client.exchanged({ cohort: 'silent' }).length >= 2 * each)
    await lab.until(
      'the clients have missed their server, and asked',
      ({ client }) => client.ended({ cohort: 'server-speaks' }).length >= each,
    )
  },

  proofs: [
    client(
      'every connection survives two silences',
      ({ client }) => client.exchanged({ cohort: 'silent' }),
      atLeast(2 * each),
    ),
    client('no fault when the client speaks', ({ client }) => client.ended({ cohort: 'silent' }), none),
    servers(
      'where the server speaks it is reset every time: the node did forget',
      ({ servers }) => servers.ended({ cohort: 'server-speaks', fate: 'reset' }),
      exactly(each),
    ),
  ],
}
