import { atLeast, between, client, exactly, kernel, ledger, none, only, servers } from '../proof.ts'
import { again, direct, held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 12
const inFirst = { cohort: ['silent', 'kept', 'direct'] } as const
const reset = { cohort: 'silent', fate: 'reset', phase: 'exchange' } as const

export const ipvsExpiry: Scenario = {
  name: 'ipvs-expiry',
  verdict: 'ipvs-expiry',
  summary: 'IPVS forgets an idle connection (900 s by default); the client speaks first: reset every time',
  means:
    'IPVS schedules only a SYN, so a packet of a forgotten connection is left to the node itself, which has the Service’s address on kube-ipvs0 and nobody listening: RST, every time, however many servers there are. conntrack’s own timeout of a day is of no help: IPVS takes the entry with it. Keepalive below 900 s prevents it.',
  modes: ['ipvs'],
  cluster: { memory: { ipvsTcp: 4 } },
  probes: [
    held('silent', each, '9s', { deadline: '20s' }),
    held('kept', each / 2, '9s', { deadline: '20s', keepalive: { idle: '1s', interval: '1s', count: 20 } }),
    direct('direct', each, '9s', ['srv1', 'srv2']),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until(
      'the first silence is over',
      ({ client }) => client.exchanged(inFirst).length + client.ended(inFirst).length >= 2.5 * each,
    )
    await lab.looks('after the silence')
  },

  remedy: {
    says: 'IPVS remembers for 10 minutes',
    probes: [again(each / 4, '9s', { deadline: '20s' })],
    work: lab => lab.remembers({ ipvsTcp: 600 }),
  },

  proofs: [
    client('every one is reset by its first word', ({ client }) => client.ended(reset), exactly(each)),
    client('each with this word', ({ client }) => client.ended(reset).map(({ code }) => code), only('ECONNRESET read')),
    client(
      'straight to the pods the same silence kills nothing',
      ({ client }) => client.ended({ cohort: 'direct' }),
      none,
    ),
    client('nor with keepalive below the timeout', ({ client }) => client.ended({ cohort: 'kept' }), none),
    servers('see nothing of it', ({ servers }) => servers.ended({ zombie: false, planned: false }), none),
    ledger(
      'still calls every connection open',
      ({ ledger }) => ledger('after the silence').map(({ state }) => state),
      only('open'),
    ),
    kernel('the node’s own TCP sent the resets', ({ rose }) => rose('nodea', 'Tcp OutRsts'), atLeast(each)),
    kernel(
      'conntrack has forgotten them too, long before its day was over: at most those with keepalive, and new ones, are there',
      ({ lines }) => lines('nodea', 'conntrack', 'after the silence', 'ESTABLISHED', 'dst=10.96.22.22'),
      between(0, each * 0.75),
    ),
  ],
}
