import { atLeast, client, kernel, none, servers } from '../proof.ts'
import { direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import { carriesOneAboveTheWindow } from './packet-above-window.ts'

const each = 20

export const outOfWindowDropped: Scenario = {
  name: 'out-of-window-dropped',
  summary: 'a server’s packet above the window, and the node drops INVALID packets: nothing happens',
  means:
    'The rule kube-proxy has in iptables mode (ctstate INVALID DROP) takes the packet out before it can reach the client untranslated. The connection never notices; only conntrack’s counter and the rule’s own tell.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'], dropInvalid: true },
  probes: [held('silent', each, '3s'), direct('direct', each, '3s', ['srv1'])],

  async stage(lab) {
    await carriesOneAboveTheWindow(lab, 2 * each)
    await lab.until('the next words, answered', ({ client }) => client.since('broken').exchanged().length >= 2 * each)
  },

  proofs: [
    client(
      'every connection survives',
      ({ client }) =>
        new Set(
          client
            .since('broken')
            .exchanged({ cohort: 'silent' })
            .map(({ id }) => id),
        ).size,
      atLeast(each),
    ),
    client('no fault', ({ client }) => client.faults(), none),
    servers('no fault', ({ servers }) => servers.faults(), none),
    kernel(
      'the client’s kernel sent no reset',
      ({ rose }) => rose('client', 'Tcp OutRsts', ['before the packet', 'ended']),
      none,
    ),
    kernel(
      'conntrack on the server’s node counts each packet as invalid',
      ({ rose }) => rose('nodeb', 'conntrack invalid'),
      atLeast(2 * each),
    ),
    kernel(
      'and its rule dropped them',
      ({ lines }) =>
        lines('nodeb', 'rules', 'ended').reduce(
          (sum, line) => sum + Number(dropped.exec(line)?.slice(1).join('') ?? 0),
          0,
        ),
      atLeast(2 * each),
    ),
  ],
}

/** The counter of the rule, as iptables-save -c and nft print it. */
const dropped = /\[(\d+):\d+\] .*INVALID -j DROP|ct state invalid counter packets (\d+)/
