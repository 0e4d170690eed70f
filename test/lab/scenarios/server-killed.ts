import { addressOf } from '../cluster/places.ts'
import { atLeast, between, client, exactly, ledger, none, only } from '../proof.ts'
import { direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 6
/** Longer than two sweeps are apart (10 s), so that one sees it before it is dead. */
const keepalive = { idle: '2s', interval: '1s', count: 11 }
const again = { reconnect: { base: '500ms', cap: '1s' } }
const unacknowledged = { cohort: 'asking', fate: 'timeout', phase: 'exchange', code: 'DEADLINE' } as const

export const serverKilled: Scenario = {
  name: 'server-killed',
  verdict: 'peer-died',
  summary: 'a server pod is gone without a word, as when its node dies; another takes its place',
  means:
    'Nobody says FIN or RST, so nobody knows. Keepalive finds it, after its idle time and all its probes, or after TCP_USER_TIMEOUT where that is set, which takes the place of the count. A question meets its deadline. Who has neither holds a dead connection for ever. TCP_INFO shows it before: probes unanswered, retransmits backing off.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['srv1', 'srv2'], spare: ['srv2'] },
  probes: [
    held('kept', each, '10m', { keepalive, ...again }),
    held('kept-with-user-timeout', each, '10m', { keepalive, userTimeout: '4s', ...again }),
    held('asking', each, '3s', { deadline: '9s', ...again }),
    held('silent', each, '10m'),
    direct('other-server', each, '1s', ['srv2']),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('srv1 vanishes, its endpoint is replaced by srv2', async () => {
      await lab.on('nodeb', 'ip link delete srv1')
      await lab.kills('srv1') // now it can tell nobody
      await lab.proxy.endpoints('longhold', addressOf('srv2'))
    })
    await lab.until('all who can have found it', ({ client }) => client.ended().length >= 3 * each)
    await lab.until('they are held again', ({ client }) => client.since('broken').opened().length >= 3 * each)
  },

  remedy: { says: 'nothing is to be done: another server took its place', work: async () => {} },

  proofs: [
    client(
      'keepalive finds it in the silence',
      ({ client }) => client.ended({ cohort: 'kept', fate: ['timeout', 'unreachable'], phase: 'idle' }),
      exactly(each),
    ),
    client(
      'after its idle time and all its probes, ms',
      ({ client }) => Math.min(...client.ended({ cohort: 'kept' }).map(({ idleMs }) => idleMs)),
      between(12_500, 20_000),
    ),
    client(
      'a user timeout takes the place of the count',
      ({ client }) =>
        client
          .ended({ cohort: 'kept-with-user-timeout', fate: ['timeout', 'unreachable'], phase: 'idle' })
          .filter(({ idleMs }) => idleMs < 12_500),
      exactly(each),
    ),
    client(
      'the word is the kernel’s',
      ({ client }) => client.ended({ phase: 'idle' }).map(({ code }) => code),
      only('ETIMEDOUT read'),
    ),
    client(
      'a question meets its deadline, never acknowledged',
      ({ client }) => client.ended(unacknowledged).filter(({ tcpInfo }) => (tcpInfo?.unacked ?? 0) > 0),
      exactly(each),
    ),
    client(
      'the sweep saw keepalives unanswered before',
      ({ client }) => client.swept({ cohort: 'kept', connections: each, probing: each }),
      atLeast(1),
    ),
    client(
      'and retransmits back off',
      ({ client }) => client.swept({ cohort: 'asking', connections: each, backingOff: each }),
      atLeast(1),
    ),
    client('without either nobody notices', ({ client }) => client.ended({ cohort: 'silent' }), none),
    client('the other server is well all the time', ({ client }) => client.ended({ cohort: 'other-server' }), none),
    client(
      'all are held again, by the other',
      ({ client }) =>
        client
          .since('broken')
          .opened()
          .map(({ peer }) => peer.pod),
      only('srv2'),
    ),
    ledger(
      'srv2 never heard of who noticed nothing',
      ({ ledger }) => ledger('ended').filter(({ cohort }) => cohort === 'silent'),
      none,
    ),
  ],
}
