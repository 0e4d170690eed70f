import { atLeast, client, exactly, none, servers } from '../proof.ts'
import { held } from '../probes.ts'
import type { Scenario } from '../scenario.ts'

const each = 10
const reset = { cohort: 'kept', fate: 'reset', phase: 'idle' } as const

export const ipvsKeepaliveAbove: Scenario = {
  name: 'ipvs-keepalive-above',
  verdict: 'keepalive-too-long',
  summary: 'keepalive above the IPVS timeout: the probe itself draws the reset, every time',
  means:
    'Linux sends the first keepalive probe after 7200 s, IPVS forgets after 900 s: with defaults on both sides, the probe is the packet that kills, in the middle of a silence.',
  modes: ['ipvs'],
  cluster: { memory: { ipvsTcp: 3 } },
  probes: [
    held('kept', each, '2m', { keepalive: { idle: '8s', interval: '1s', count: 5 } }),
    held('silent', each, '2m'),
    held('often', each / 2, '4s', { deadline: '20s', keepalive: { idle: '1s', interval: '1s', count: 20 } }),
  ],

  async stage(lab) {
    await lab.untilOpen()
    await lab.until('keepalive has killed them', ({ client }) => client.ended(reset).length >= each)
  },

  proofs: [
    client('every one is reset by its own probe', ({ client }) => client.ended(reset), exactly(each)),
    client(
      'none before IPVS had forgotten it, ms',
      ({ client }) => Math.min(...client.ended(reset).map(({ idleMs }) => idleMs)),
      atLeast(5000),
    ),
    client('keepalive below the timeout saves every one', ({ client }) => client.ended({ cohort: 'often' }), none),
    client('without keepalive the silence goes on', ({ client }) => client.ended({ cohort: 'silent' }), none),
    servers('see nothing', ({ servers }) => servers.ended({ zombie: false, planned: false }), none),
  ],
}
