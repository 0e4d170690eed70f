import { describe, expect, test } from 'vitest'
import { dnsAt, inOrder, type Looked, looked, lost, newDns, type Series, series } from '../../../test/asking.ts'
import { caseFrom } from '../../../test/cases.ts'
import type { Observation } from '../../outcome/observation.ts'
import { udpStaleEntry } from '../udp-stale-entry/rule.ts'
import { udpBeforeRules } from './rule.ts'

const judge = (...parts: readonly (readonly Observation[])[]) => udpBeforeRules.judge(caseFrom(inOrder(...parts)))

/** The Service comes at 5 s. */
const early: Series = { mode: 'pinned', port: 40_053, fares: () => lost }
const others: Series = { fares: s => (s < 5 ? lost : {}) }
const untranslated: Looked = { led: [{ port: 40_053, to: '10.96.0.10' }], rules: { [dnsAt]: [newDns] } }

test('an entry that translates nothing, though the address has servers: proven, with all that it cost', () => {
  const [finding] = judge(series(early), series(others), [looked(12, untranslated)])
  expect(finding).toMatchObject({ confidence: { level: 'proven' } })
  expect(finding?.explains.length).toBe(120 + 20) // its own, and what new ports lost before the Service was there
  expect(finding?.remedy).toContain('conntrack -D -p udp --orig-dst 10.96.0.10 --orig-port-dst 53')
  expect(finding?.evidence.map(({ says }) => says)).toContainEqual(
    expect.stringContaining('awaited from 10.96.0.10:53 itself'),
  )
})

test('the reason is told where kube-proxy can be asked', () => {
  const kubeProxy = { version: 'v1.29.1', conntrackBinary: false }
  const [finding] = judge(series(early), series(others), [looked(12, { ...untranslated, kubeProxy })])
  expect(finding?.says).toContain('kube-proxy v1.29.1 cleans up with the program conntrack and does not find it')
})

describe('nothing is said', () => {
  test.each<[string, Looked]>([
    ['while there is no such Service', { ...untranslated, rules: {} }],
    [
      'while it has no servers',
      {
        led: untranslated.led ?? [],
        natRules: { services: [{ proto: 'udp', address: '10.96.0.10', port: 53, backends: [], refuses: true }] },
      },
    ],
    ['of an entry that translates', { ...untranslated, led: [{ port: 40_053, to: '10.244.2.53' }] }],
    ['where IPVS leads the address, which conntrack need not see', { led: untranslated.led ?? [], ipvs: virtual() }],
    ['without the rules', { led: untranslated.led ?? [] }],
    ['without the entry', { led: [], rules: { [dnsAt]: [newDns] } }],
    [
      'of a node port: that has another name',
      {
        led: [{ port: 40_053, called: '192.168.77.1:30701', to: '192.168.77.1' }],
        rules: { '192.168.77.1:30701': ['10.244.2.11:7000'] },
      },
    ],
  ])('%s', (_, said) => {
    expect(judge(series(early), series(others), [looked(12, said)], [looked(31)])).toEqual([])
  })

  test('when the entry was deleted in the moment it was seen', () => {
    const healed: Series = { ...early, fares: s => (s < 12.1 ? lost : {}) }
    expect(judge(series(healed), series(others), [looked(12, untranslated)])).toEqual([])
  })
})

test('without the node it is one of its family, told by udp-stale-entry', () => {
  const [finding] = udpStaleEntry.judge(caseFrom(inOrder(series(early), series(others), [looked(31)])))
  expect(finding).toMatchObject({ only: 'family', explains: { length: 140 } })
})

function virtual() {
  const destination = { address: newDns, port: 53, forward: 'Masq', weight: 1, active: 0, inactive: 3 }
  const service = {
    proto: 'udp' as const,
    address: '10.96.0.10',
    port: 53,
    scheduler: 'rr',
    flags: [],
    destinations: [destination],
  }
  return { services: [service] }
}
