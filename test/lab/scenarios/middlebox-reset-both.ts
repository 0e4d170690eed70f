import type { Ended } from '../../../src/outcome/observation.ts'
import { far } from '../cluster/places.ts'
import { direct, held } from '../probes.ts'
import { atLeast, between, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'

const each = 20
const reset = { cohort: 'silent', fate: 'reset', phase: 'idle' } as const

export const middleboxResetBoth: Scenario = {
  name: 'middlebox-reset-both',
  verdict: 'middlebox-idle/reset-both',
  summary:
    'a load balancer resets both ends the moment an idle timeout is over (Azure’s TCP reset on idle, scaled to 3 s)',
  means:
    'With "TCP reset on idle", which AKS switches on, Azure’s load balancer tells both ends when it forgets (4 to 30 minutes). Both are reset in the middle of a silence, at the same age and the same moment, and neither had sent a packet: no kernel does that by itself, and nobody is left with a zombie. Keepalive below the timeout prevents it.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2', 'far'], gateway: 'tells', memory: { gateway: 3 } },
  probes: [
    held('silent', each, '1m', { to: far.address }),
    held('kept', each, '5s', { to: far.address, keepalive: { idle: '1s', interval: '1s', count: 5 } }),
    direct('direct', each, '5s', ['srv1', 'srv2']),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.looks('open')
    await lab.until(
      'those with keepalive, and those that do not cross the gateway, survived a silence of 5 s',
      ({ client }) =>
        client.exchanged({ cohort: 'kept' }).length >= each && client.exchanged({ cohort: 'direct' }).length >= each,
    )
    await lab.looks('after the silence')
  },

  proofs: [
    client('every one is reset in the middle of its silence', ({ client }) => client.ended(reset), exactly(each)),
    client('each with this word', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    client('none had to speak for it', ({ client }) => client.ended({ phase: 'exchange' }), none),
    servers('so are they', ({ servers }) => servers.ended({ ...reset, zombie: false }), exactly(each)),
    client(
      'its kernel had heard nothing for the gateway’s timeout, ms',
      ({ client }) => shortestSilence(client.ended(reset)),
      between(2900, 10_000),
    ),
    servers('nor had theirs, ms', ({ servers }) => shortestSilence(servers.ended(reset)), between(2900, 10_000)),
    servers('both at the same moment, ms apart at most', apart, between(0, 2000)),
    client('with keepalive none is lost', ({ client }) => client.ended({ cohort: 'kept' }), none),
    client('nor of those that do not cross the gateway', ({ client }) => client.ended({ cohort: 'direct' }), none),
    ledger(
      'has every one as ended: no zombies',
      ({ ledger }) =>
        ledger('after the silence')
          .filter(({ cohort }) => cohort === 'silent')
          .map(({ state, ending }) => `${state} by ${ending?.fate}`),
      only('ended by reset'),
    ),
    kernel('both kernels were reset, the client’s', ({ rose }) => rose('client', 'Tcp EstabResets'), exactly(each)),
    kernel('and the server’s', ({ rose }) => rose('far', 'Tcp EstabResets'), exactly(each)),
    kernel(
      'neither of them reset the other',
      ({ rose }) => rose('client', 'Tcp OutRsts', ['open', 'ended']) + rose('far', 'Tcp OutRsts', ['open', 'ended']),
      between(0, 2), // longhold's own questions, to its agent, may end in one
    ),
    kernel(
      'the gateway remembers only those with keepalive',
      ({ lines }) => lines('gateway', 'conntrack', 'after the silence', 'ESTABLISHED', 'dport=7000'),
      atLeast(each),
    ),
  ],
}

/** By the kernel's clock: a busy process may learn late that a connection opened. */
const shortestSilence = (ended: readonly Ended[]) =>
  Math.min(...ended.map(({ tcpInfo }) => tcpInfo?.lastDataRecvMs ?? 0))

function apart({ client, servers }: Sight): number {
  const at = new Map(servers.ended(reset).map(each => [each.id, each.at]))
  return Math.round(Math.max(...client.ended(reset).map(each => Math.abs(each.at - (at.get(each.id) ?? Infinity)))))
}
