import { atLeast, client, exactly, kernel, ledger, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { each, spared, through } from './forgetful-gateway.ts'

const reset = { cohort: 'silent', fate: 'reset', phase: 'exchange' } as const

export const middleboxReset: Scenario = {
  ...through('resets'),
  name: 'middlebox-reset',
  verdict: 'middlebox-idle/reset',
  summary:
    'a load balancer or NAT gateway forgets an idle connection and resets whoever speaks next (350 s, scaled to 3 s)',
  means:
    'AWS load balancers and NAT gateways forget after 350 s and answer the next packet with RST, in the server’s name. Every connection is reset by its first word, with a single server too: conntrack’s expiry would spare some, this spares none. The server sent nothing and still believes in the connection.',
  proofs: [
    client('every one is reset by its first word, with one server', ({ client }) => client.ended(reset), exactly(each)),
    client('each with this word', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    ...spared,
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
