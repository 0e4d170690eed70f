import { waitingRoom } from '../cluster/waiting-room.ts'
import { asks } from '../probes.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const pairs = 20

export const aAndAaaa: Scenario = {
  name: 'a-and-aaaa',
  summary: 'A and AAAA at once from one socket: both are new to conntrack, and race for one entry',
  means:
    'The classic "5 second DNS": of two questions from one new port the node entered one and dropped the other, and the resolver waited five seconds for it. Kernels since 5.1 or so keep both, even when the two were sent to different servers: nothing is lost, only clash_resolve (clashres in /proc/net/stat/nf_conntrack) rises. While insert_failed does not, look for another cause of five seconds.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [], dns: ['dns1', 'dns2'] },
  probes: ['one', 'two', 'three', 'four'].map(name => asks(name, { ports: ['pair'], every: '100ms', timeout: '10s' })),

  async stage(lab) {
    await lab.until('pairs were asked, and nothing is done', ({ client }) => client.asked().length >= 2 * pairs)
    await lab.looks('undisturbed')
    await lab.breaks(`${pairs} pairs meet before conntrack knows either of the two`, async () => {
      const room = await waitingRoom('nodea', '-p udp --dport 53')
      await room.holds(2 * pairs)
      await room.opens()
    })
    await lab.until('later pairs were answered', ({ client }) => client.since('broken').asked().length >= 4 * pairs)
  },

  proofs: [
    client(
      'every question is answered: both of each pair',
      ({ client }) => client.undisturbed().map(({ fate }) => fate),
      only('ok'),
    ),
    client('and no answer is stray', ({ client }) => client.strayed(), none),
    kernel(
      'conntrack resolved a clash for each pair that met',
      ({ rose }) => rose('nodea', 'conntrack clashres', ['undisturbed', 'broken']),
      atLeast(pairs - 1),
    ),
    kernel(
      'and left no packet out',
      ({ rose }) => rose('nodea', 'conntrack insert_failed') + rose('nodea', 'conntrack drop'),
      none,
    ),
    kernel(
      'what one thread sends goes through one after the other: no clash before',
      ({ rose }) => rose('nodea', 'conntrack clashres', ['started', 'undisturbed']),
      none,
    ),
  ],
}
