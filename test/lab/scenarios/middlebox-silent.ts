import { far } from '../cluster/places.ts'
import { atLeast, client, exactly, kernel, ledger, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import { each, spared, through } from './forgetful-gateway.ts'

const died = { cohort: 'silent', fate: 'timeout', phase: 'exchange' } as const

export const middleboxSilent: Scenario = {
  ...through('drops'),
  name: 'middlebox-silent',
  verdict: 'middlebox-idle/silent',
  summary: 'a NAT gateway forgets an idle connection and drops what comes later (350 s, scaled to 3 s)',
  means:
    'A firewall or NAT gateway on the way has an idle timeout of its own (GCP 10 minutes, security groups on newer AWS hosts 350 s) and says nothing when it is over. The next question is never acknowledged, the server goes on believing in the connection, and no node is to blame: its conntrack still has the entry. Only keepalive below the shortest timeout on the way helps.',
  proofs: [
    client('every question after the silence meets its deadline', ({ client }) => client.ended(died), exactly(each)),
    client(
      'given up by us, not by the kernel',
      ({ client }) => client.ended(died).map(({ code }) => code),
      only('DEADLINE'),
    ),
    client(
      'nothing of it was acknowledged: a black hole, not a slow server',
      ({ client }) => client.ended(died).filter(({ tcpInfo }) => (tcpInfo?.unacked ?? 0) > 0),
      exactly(each),
    ),
    ...spared,
    ledger(
      'has none of them as ended: zombies',
      ({ ledger }) =>
        ledger('after the silence')
          .filter(({ cohort }) => cohort === 'silent')
          .map(({ state }) => state === 'ended'),
      only(false),
    ),
    kernel(
      'the gateway calls their packets invalid',
      ({ rose }) => rose('gateway', 'conntrack invalid'),
      atLeast(each),
    ),
    kernel(
      'it remembers only those with keepalive',
      ({ lines }) => lines('gateway', 'conntrack', 'after the silence', 'ESTABLISHED', 'dport=7000'),
      exactly(each),
    ),
    kernel(
      'the client’s node remembers all of them',
      ({ lines }) => lines('nodea', 'conntrack', 'after the silence', `src=10.244.1.10 dst=${far.address}`),
      atLeast(2 * each), // who ended first may be calling again
    ),
  ],
}
