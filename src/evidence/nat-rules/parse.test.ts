import { describe, expect, test } from 'vitest'
import { asking, factsOf, fixture, printed } from './fixtures/printed.ts'
import { parseRules } from './parse.ts'

const of = (saved: readonly string[], listed: readonly string[] = [], local = '10.244.1.10:40000') =>
  parseRules([printed(saved, listed)], [{ proto: 'tcp', local, remote: '192.0.2.1:443' }])
const ranges = (facts: ReturnType<typeof of>) =>
  facts.masquerades.map(({ source = 'all', destination = 'all' }) => `${source} > ${destination}`).toSorted()

describe('other people', () => {
  const common = [
    '!10.244.0.0/16 > 10.244.0.0/16', // flannel, for what comes from outside
    '10.0.1.0/24 > !10.0.1.0/24', // Cilium
    '10.244.0.0/16 > !224.0.0.0/4', // flannel
    '10.88.0.0/16 > !224.0.0.0/4', // podman: the source is in the rule that leads there
    '172.17.0.0/16 > all', // Docker, but not its rules for published ports
    '192.168.122.0/24 > !192.168.122.0/24', // libvirt, for TCP and the rest
    '192.168.122.0/24 > !192.168.122.0/24',
    'all > !192.168.0.0/16', // the VPC plugin of AWS: SNAT
    'all > all', // kind
    'all > all', // ip-masq-agent
  ]

  test("the bridge plugin's rules for each pod count where a flow is the pod's", () => {
    expect(ranges(of(['iptables-nft-save-1.8.9-plugins']))).toEqual(common)
    const own = of(['iptables-nft-save-1.8.9-plugins'], [], '10.85.0.6:40000')
    expect(ranges(own)).toEqual(['10.85.0.6 > !224.0.0.0/4', ...common].toSorted())
    expect(own).toMatchObject({ randomFully: true, masqueradesMarked: false, serviceRules: false })
  })

  test('Calico: whom it is for is in a set, and each workload drops INVALID', () => {
    const facts = of(['hand-kept-calico'])
    expect(facts).toMatchObject({ invalidDrop: true, serviceRules: false })
    expect(facts.masquerades).toEqual([
      { randomFully: true, text: expect.stringContaining('cali40masq-ipam-pools src') },
    ])
  })

  test("nft's own: sets, ranges, SNAT; not what is for marked packets", () => {
    const facts = of([], ['nft-1.0.6-table-ip-nat', 'nft-1.0.6-table-inet-filter'])
    expect(ranges(facts)).toEqual([
      '10.0.0.0/8 > !10.0.0.0/8',
      '10.1.0.0-10.1.0.9 > all',
      '172.16.0.0/12 > !10.0.0.0/8',
      'all > all', // all but two
      'all > all', // a named set
    ])
    expect(facts).toMatchObject({ invalidDrop: true, randomFully: true, through: 'nft' })
  })

  test.each([
    ['"right": "invalid"}}, {"drop": null}', true],
    ['["invalid", {"drop": null}]', true],
    ['{"set": ["invalid", "untracked"]}}}, {"counter": {"packets": 0, "bytes": 0}}, {"drop": null}', true],
    ['"right": ["invalid", "new"]}}, {"reject"', false], // what is rejected is not dropped
  ])('INVALID is dropped by nft with %s: %s', (kept, drops) => {
    const mine = fixture('nft-1.0.6-table-inet-filter').replaceAll(kept, 'KEPT').replaceAll('"invalid"', '"new"')
    const listing = mine.replaceAll('KEPT', kept)
    expect(parseRules([printed([], [], { listed: [listing] })], [])).toHaveProperty('invalidDrop', drops)
  })

  test('both backends and nft at once: all of them are at work', () => {
    const facts = of(
      ['iptables-nft-save-1.8.9-plugins', 'iptables-legacy-save-1.8.9-iptables'],
      ['nft-1.0.6-table-inet-filter'],
    )
    expect(facts).toMatchObject({ through: 'iptables-save', serviceRules: true, invalidDrop: true })
    expect(ranges(facts)).toEqual([...common, '10.244.0.0/16 > !10.244.0.0/16', '172.18.0.0/16 > all'].toSorted())
  })
})

describe('what could not be read', () => {
  const sure = ['serviceRules', 'masqueradesMarked', 'randomFully', 'invalidDrop']

  test('leaves out what was not seen, and keeps what was', () => {
    const facts = factsOf(printed(['hand-kept-calico'], [], { unread: ['nft: not there'] }))
    expect(facts).toMatchObject({ randomFully: true, invalidDrop: true, unread: ['nft: not there'] })
    expect(Object.keys(facts).filter(name => sure.includes(name))).toEqual(['randomFully', 'invalidDrop'])
  })

  test("iptables' own rules in nft's words are not understood, unless iptables has told them", () => {
    const listed = ['nft-1.0.6-table-ip-nat-of-iptables']
    expect(factsOf(printed([], listed)).unread).toEqual([
      expect.stringContaining('table ip nat holds rules of iptables'),
    ])
    expect(factsOf(printed(['iptables-nft-save-1.8.9-plugins'], listed))).not.toHaveProperty('unread')
  })

  test('a flow of each family: both Services, and otherwise IPv4', () => {
    const ip6 = printed(['ip6tables-nft-save-1.8.9'], [], { family: 'ip6', unread: ['of IPv6'] })
    const flows = asking('tcp [fd00:10:96::a]:7000', 'tcp 10.96.22.22:7000')
    expect(parseRules([printed(['iptables-nft-save-1.8.9-ipvs']), ip6], flows)).toMatchObject({
      services: [{ address: 'fd00:10:96::a' }],
      masquerades: [{ source: '10.244.0.0/16' }, { source: '172.18.0.0/16' }, { source: 'fd00:10:244::/48' }],
      invalidDrop: false,
      unread: ['of IPv6'],
    })
  })
})
