import { about, between, client, none, only, servers } from '../proof.ts'
import { again, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 40
const reset = { cohort: 'kept', fate: 'reset', phase: 'idle' } as const

export const keepaliveAbove: Scenario = {
  name: 'keepalive-above',
  verdict: 'keepalive-too-long',
  summary: 'keepalive above the conntrack timeout: the probe itself draws the reset',
  means:
    'A keepalive that comes after the node has forgotten does not protect the connection, it is the packet that kills it: reset in the middle of a silence, with no word from the application, at the age of the keepalive’s idle time. It is a cliff: below the timeout everything survives, above it the keepalive is worse than none.',
  modes: ['iptables', 'nftables'],
  cluster: { memory: { tcp: 2 } },
  probes: [
    held('kept', each, '1m', { keepalive: { idle: '4s', interval: '1s', count: 5 } }),
    held('silent', each, '10m'),
    held('often', each, '3s', { keepalive: { idle: '1s', interval: '1s', count: 5 } }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.passes('7s', 'the first keepalive probes leave after 4 s')
  },

  remedy: {
    says: 'the nodes remember for 10 minutes, longer than the keepalive is idle',
    probes: [again(8, '5s', { keepalive: { idle: '4s', interval: '1s', count: 5 } })],
    work: lab => lab.remembers({ tcp: 600 }),
  },

  proofs: [
    client(
      'half are reset by their own first probe, in the middle of the silence',
      ({ client }) => client.ended(reset).filter(({ idleMs }) => idleMs < 7000),
      about(each, 1 / 2),
    ),
    client('each with this word', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    client(
      'its kernel had heard nothing for the keepalive’s idle time, ms',
      ({ client }) => Math.min(...client.ended(reset).map(({ tcpInfo }) => tcpInfo?.lastAckRecvMs ?? 0)),
      between(3900, 7000),
    ),
    client('keepalive below the timeout saves every one', ({ client }) => client.ended({ cohort: 'often' }), none),
    client('without keepalive the silence goes on', ({ client }) => client.ended({ cohort: 'silent' }), none),
    servers('see nothing', ({ servers }) => servers.ended({ zombie: false, planned: false }), none),
  ],
}
