import { far } from '../cluster/places.ts'
import { direct, held } from '../probes.ts'
import { atLeast, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'

const each = 20
const reset = { cohort: 'silent', fate: 'reset', phase: 'exchange' } as const

export const middleboxReset: Scenario = {
  name: 'middlebox-reset',
  summary:
    'a load balancer or NAT gateway forgets an idle connection and resets whoever speaks next (350 s, scaled to 3 s)',
  means:
    'AWS load balancers and NAT gateways forget after 350 s and answer the next packet with RST, in the server’s name. Every connection is reset by its first word, with a single server too: conntrack’s expiry would spare some, this spares none. The server sent nothing and still believes in the connection.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2', 'far'], gateway: 'resets', memory: { gateway: 3 } },
  probes: [
    held('silent', each, '4s', { to: far.address }),
    held('kept', each, '4s', { to: far.address, keepalive: { idle: '1s', interval: '1s', count: 5 } }),
    direct('direct', each, '4s', ['srv1', 'srv2']),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'every silence is over',
      ({ client }) =>
        client.ended({ cohort: 'silent' }).length + client.exchanged({ cohort: 'silent' }).length >= each &&
        client.exchanged({ cohort: 'kept' }).length >= each &&
        client.exchanged({ cohort: 'direct' }).length >= each,
    )
    await lab.looks('after the silence')
  },

  proofs: [
    client('every one is reset by its first word, with one server', ({ client }) => client.ended(reset), exactly(each)),
    client('each with this word', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    client(
      'through the same gateway keepalive below its timeout saves every one',
      ({ client }) => client.exchanged({ cohort: 'kept' }),
      atLeast(each),
    ),
    client('none of those is lost', ({ client }) => client.ended({ cohort: 'kept' }), none),
    client('nor of those that do not cross it', ({ client }) => client.ended({ cohort: 'direct' }), none),
    servers('notice nothing by themselves', ({ servers }) => servers.ended({ zombie: false, planned: false }), none),
    ledger(
      'still calls every one open: zombies',
      ({ ledger }) =>
        ledger('after the silence')
          .filter(({ cohort }) => cohort === 'silent')
          .map(({ state }) => state),
      only('open'),
    ),
    kernel('the client’s kernel counts the resets', ({ rose }) => rose('client', 'Tcp EstabResets'), exactly(each)),
    kernel('the server’s kernel sent none of them', ({ rose }) => rose('far', 'Tcp OutRsts'), none),
    kernel(
      'the gateway did: it calls their packets invalid',
      ({ rose }) => rose('gateway', 'conntrack invalid'),
      atLeast(each),
    ),
    kernel(
      'it remembers only those with keepalive',
      ({ lines }) => lines('gateway', 'conntrack', 'after the silence', 'ESTABLISHED', 'dport=7000'),
      exactly(each),
    ),
  ],
}
