import { atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import { direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'
import { carriesOneAboveTheWindow } from './packet-above-window.ts'

const each = 20

export const outOfWindow: Scenario = {
  name: 'out-of-window',
  verdict: 'out-of-window',
  summary: 'a server’s packet above the window, and the node lets INVALID packets pass',
  means:
    'To conntrack a packet above the window is INVALID: it is not translated back and reaches the client from the pod’s own address. The client’s kernel knows no such connection and sends RST to the pod. The server is reset in the middle of a silence, the client holds a zombie. It looks like expiry with the server first, but needs no long silence, and "invalid" rises. nftables nodes have no rule against it: set tcpBeLiberal there, or drop INVALID.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1'], dropInvalid: false },
  probes: [held('silent', each, '4s'), direct('direct', each, '4s', ['srv1'])],

  async stage(lab) {
    await carriesOneAboveTheWindow(lab, 2 * each)
    await lab.until('servers lose them', ({ servers }) => servers.ended().length >= each)
    await lab.looks('after the packet')
    await lab.until('the clients’ next word', ({ client }) => client.ended().length >= each)
  },

  proofs: [
    servers(
      'every one is reset in its silence, by the client’s kernel',
      ({ servers }) => servers.ended({ cohort: 'silent', fate: 'reset', phase: 'idle', zombie: false }),
      exactly(each),
    ),
    ledger(
      'has them as ended while the client holds them',
      ({ ledger }) =>
        ledger('after the packet')
          .filter(({ cohort }) => cohort === 'silent')
          .map(({ state }) => state),
      only('ended'),
    ),
    client(
      'every connection is a zombie, and dies of its next word',
      ({ client }) => client.ended({ cohort: 'silent', fate: 'reset', phase: 'exchange' }),
      exactly(each),
    ),
    client(
      'of none it knew before the server did',
      ({ client, servers }) => {
        const lost = new Map(servers.ended().map(({ id, at }) => [id, at]))
        return client.ended().filter(({ id, at }) => at <= (lost.get(id) ?? Infinity))
      },
      none,
    ),
    client(
      'straight to the pod the same packet is only out of order',
      ({ client }) => client.ended({ cohort: 'direct' }),
      none,
    ),
    servers('nor there', ({ servers }) => servers.ended({ cohort: 'direct' }), none),
    kernel(
      'conntrack on the client’s node counts each packet as invalid',
      ({ rose }) => rose('nodea', 'conntrack invalid'),
      atLeast(2 * each),
    ),
    kernel(
      'the client’s kernel sent the resets',
      ({ rose }) => rose('client', 'Tcp OutRsts', ['before the packet', 'after the packet']),
      exactly(each),
    ),
  ],
}
