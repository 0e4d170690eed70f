import { addressOf } from '../cluster/places.ts'
import { atLeast, client, exactly, none } from '../proof.ts'
import { echo, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 6

export const ipvsNoServer: Scenario = {
  name: 'ipvs-no-server',
  verdict: 'no-endpoints',
  summary: 'a virtual server without real servers: refused at once',
  means:
    'IPVS answers what it has no server for with ICMP port unreachable: connecting is refused at once. The kernel limits how many such messages it sends, so of many attempts, TCP or UDP, some time out instead.',
  modes: ['ipvs'],
  cluster: {},
  probes: [
    held('silent', each, '5m'),
    held('new', each, '1s', { to: '10.96.22.22:7000', reconnect: { base: '500ms', cap: '1s' }, deadline: '8s' }),
    echo('echo', { ports: ['fresh'], every: '500ms' }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('every endpoint is gone', async () => {
      await lab.proxy.endpoints('longhold')
    })
    await lab.until(
      'who speaks is reset and connects again',
      ({ client }) => client.since('broken').ended({ cohort: 'new', phase: 'connect', fate: 'refused' }).length >= each,
    )
    await lab.passes('2s', 'questions go on')
  },

  remedy: {
    says: 'it has its servers again',
    work: lab => lab.proxy.endpoints('longhold', addressOf('srv1'), addressOf('srv2')),
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'connecting is refused, where the kernel has a message left',
      ({ client }) => client.ended({ cohort: 'new', phase: 'connect', fate: 'refused' }),
      atLeast(each),
    ),
    client(
      'and times out where it has none',
      ({ client }) =>
        client
          .ended({ cohort: 'new', phase: 'connect' })
          .filter(({ fate }) => fate !== 'refused' && fate !== 'timeout'),
      none,
    ),
    client('nobody gets in', ({ client }) => client.since('broken').opened(), none),
    client(
      'questions are refused too, or hear nothing: all share the few messages',
      ({ client }) =>
        client
          .since('broken', 1000)
          .asked()
          .filter(({ fate }) => fate !== 'refused' && fate !== 'timeout'),
      none,
    ),
    client('there were some', ({ client }) => client.since('broken', 1000).asked(), atLeast(1)),
    client(
      'a connection that says nothing sees nothing',
      ({ client }) => client.ended({ cohort: 'silent' }),
      exactly(0),
    ),
  ],
}
