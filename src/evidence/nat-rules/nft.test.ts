import { describe, expect, test } from 'vitest'
import { data, everything, factsOf, fixture, printed } from './fixtures/printed.ts'

describe('kube-proxy in nftables mode', () => {
  const listed = ['nft-1.0.6-table-ip-kube-proxy', 'nft-1.0.6-table-ip-cni']

  test('a map in the rule that picks an endpoint', () => {
    expect(factsOf(printed([], listed), ...everything)).toEqual({
      through: 'nft',
      serviceRules: true,
      services: [
        { ...data, backends: ['10.244.2.11:7000', '10.244.2.12:7000', '10.244.1.13:7000'] },
        { proto: 'udp', address: '10.96.0.10', port: 53, backends: ['10.244.2.53:53'], refuses: false },
        { proto: 'tcp', address: '10.96.7.7', port: 80, backends: [], refuses: true, refusal: 'reject' },
        { proto: 'udp', address: '192.168.77.1', port: 30_812, backends: [], refuses: true, refusal: 'reject' },
      ],
      masquerades: [
        {
          source: '10.244.0.0/16',
          destination: '!10.244.0.0/16',
          randomFully: true,
          text: 'ip cni postrouting ip saddr 10.244.0.0/16 ip daddr != 10.244.0.0/16 masquerade fully-random',
        },
        {
          source: '172.18.0.0/16',
          randomFully: true,
          text: 'ip cni postrouting ip saddr 172.18.0.0/16 oifname != br-docker masquerade fully-random',
        },
      ],
      masqueradesMarked: true,
      randomFully: true,
      invalidDrop: false,
    })
  })

  test('a chain for each endpoint, comments in the maps, session affinity, silence without local endpoints', () => {
    const asked = ['tcp 10.96.22.22:7000', 'udp 10.96.0.10:53', 'udp 10.96.7.8:8125', 'tcp 192.168.77.1:30700']
    expect(factsOf(printed([], ['nft-1.0.6-table-ip-kube-proxy-1.31']), ...asked)).toMatchObject({
      serviceRules: true,
      services: [
        { backends: ['10.244.2.11:7000'], refuses: false },
        { backends: ['10.244.2.53:53', '10.244.2.54:53'], refuses: false },
        { backends: [], refuses: true, refusal: 'drop' },
        { address: '192.168.77.1', backends: ['10.244.2.11:7000'] },
      ],
      masqueradesMarked: true,
      invalidDrop: false,
    })
  })

  test('a node port is one of the addresses that are said to have them', () => {
    expect(factsOf(printed([], listed), 'tcp 10.244.2.9:30700').services).toEqual([])
  })

  test('IPv6, and a table of both families', () => {
    const asked = ['tcp [fd00:10:96::a]:7000', 'udp [fd00:10:96::b]:53']
    const of = printed([], ['nft-1.0.6-table-ip6-kube-proxy', 'nft-1.0.6-table-inet-cni'], { family: 'ip6' })
    expect(factsOf(of, ...asked)).toMatchObject({
      through: 'nft',
      services: [
        { backends: ['[fd00:10:244:2::b]:7000', '[fd00:10:244:2::c]:7000'] },
        { backends: [], refuses: true, refusal: 'reject' },
      ],
      invalidDrop: true,
    })
  })

  test('protocols are numbers where nft does not know their names', () => {
    const listing = fixture('nft-1.0.6-table-ip-kube-proxy').replaceAll('"tcp"', '6').replaceAll('"udp"', '17')
    const asked = ['tcp 10.96.22.22:7000', 'udp 10.96.7.7:8125']
    expect(factsOf(printed([], [], { listed: [listing] }), ...asked).services).toMatchObject([
      { backends: { length: 3 } },
      { refuses: true },
    ])
  })

  test('of maps alone: who is there, and not where it leads', () => {
    const maps = ['service-ips', 'no-endpoint-services'].map(name => `nft-1.0.6-map-ip-kube-proxy-${name}`)
    const facts = factsOf(printed([], maps, { kubeProxyInPart: true, unread: ['too many'] }), ...everything)
    expect(facts).toEqual({
      through: 'nft',
      serviceRules: true,
      services: [
        data,
        { proto: 'udp', address: '10.96.0.10', port: 53, refuses: false },
        { proto: 'tcp', address: '10.96.7.7', port: 80, backends: [], refuses: true },
      ],
      masquerades: [],
      unread: ['too many'],
    })
  })

  test.each([
    ['serviceRules', '"data": "@service-ips"'],
    ['masqueradesMarked', '"target": "masquerading"'],
  ])('%s: nothing leads there any more', (name, gone) => {
    const listing = fixture('nft-1.0.6-table-ip-kube-proxy').replace(gone, '"gone": "gone"')
    expect(factsOf(printed([], [], { listed: [listing] }))).toHaveProperty(name, false)
  })
})
