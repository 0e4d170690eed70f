import { describe, expect, test } from 'vitest'
import { data, everything, factsOf, fixture, printed } from './fixtures/printed.ts'
import { savedTables } from './iptables-text.ts'

describe('kube-proxy in iptables mode', () => {
  test.each([
    ['nft', true],
    ['legacy', false],
  ])('saved by iptables-%s', (backend, randomFully) => {
    const option = randomFully ? ' --random-fully' : ''
    expect(factsOf(printed([`iptables-${backend}-save-1.8.9-iptables`]), ...everything)).toEqual({
      through: 'iptables-save',
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
          randomFully,
          text: `-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE${option}`,
        },
        {
          source: '172.18.0.0/16',
          randomFully,
          text: `-A DOCKER-POSTROUTING -s 172.18.0.0/16 ! -o br-docker -j MASQUERADE${option}`,
        },
      ],
      masqueradesMarked: true,
      randomFully: true,
      invalidDrop: true,
    })
  })

  test('a Service that no rule names is left out, and so is another port or protocol of one', () => {
    const others = ['tcp 10.96.22.23:7000', 'tcp 10.96.22.2:7000', 'tcp 10.96.22.22:700', 'udp 10.96.7.7:80']
    expect(factsOf(printed(['iptables-nft-save-1.8.9-iptables']), ...others).services).toEqual([])
  })

  test('a node port leads where its Service does', () => {
    const { services } = factsOf(printed(['iptables-nft-save-1.8.9-iptables']), 'tcp 192.168.77.1:30700')
    expect(services).toMatchObject([{ address: '192.168.77.1', port: 30_700, backends: { length: 3 } }])
  })

  test('as it was in 1.18: load balancers, session affinity, a mark that MASQUERADE itself asks for', () => {
    const backends = ['10.244.1.7:8080', '10.244.2.9:8080']
    const asked = ['tcp 10.96.190.12:80', 'tcp 203.0.113.7:80', 'tcp 192.168.77.1:31950']
    expect(factsOf(printed(['hand-kept-kube-proxy-1.18']), ...asked)).toMatchObject({
      services: [{ backends }, { backends }, { backends }],
      masqueradesMarked: true,
      randomFully: false,
      invalidDrop: true,
    })
  })

  test('IPv6', () => {
    const asked = ['tcp [fd00:10:96::a]:7000', 'udp [fd00:10:96::b]:53']
    expect(factsOf(printed(['ip6tables-nft-save-1.8.9'], [], { family: 'ip6' }), ...asked)).toMatchObject({
      serviceRules: true,
      services: [
        { address: 'fd00:10:96::a', backends: ['[fd00:10:244:2::b]:7000', '[fd00:10:244:2::c]:7000'], refuses: false },
        { address: 'fd00:10:96::b', backends: [], refuses: true, refusal: 'drop' },
      ],
      masquerades: [{ source: 'fd00:10:244::/48', destination: '!fd00:10:244::/48' }],
      masqueradesMarked: true,
    })
  })

  const text = fixture('iptables-nft-save-1.8.9-iptables')
  const changed = (from: string | RegExp, to: string) =>
    factsOf(printed([], [], { saved: [savedTables(text.replaceAll(from, to))] }), 'tcp 10.96.22.22:7000')

  test.each([
    ['the rules are flushed', /^-A (?!PREROUTING|POSTROUTING).*\n/gm],
    ['nothing leads to them any more', /^-A PREROUTING .*\n/gm],
  ])('%s: there are none', (_, gone) => {
    expect(changed(gone, '')).toMatchObject({ serviceRules: false, services: [] })
  })

  test.each([
    ['masqueradesMarked', /^-A KUBE-POSTROUTING .*-j MASQUERADE.*\n/gm],
    ['masqueradesMarked', /^-A POSTROUTING .*-j KUBE-POSTROUTING\n/gm],
    ['invalidDrop', /^-A KUBE-FORWARD .*INVALID.*\n/gm],
    ['invalidDrop', /^-A FORWARD .*-j KUBE-FORWARD\n/gm],
    ['randomFully', / --random-fully/g],
  ] as const)('%s goes with its rule, and with what leads to it', (name, gone) => {
    expect(changed(gone, '')).toHaveProperty(name, false)
  })

  test.each([
    ['-m state --state INVALID -j DROP', true],
    ['-m conntrack --ctstate INVALID,UNTRACKED -j DROP', true],
    ['-m conntrack ! --ctstate INVALID -j DROP', false],
    ['-m conntrack --ctstate INVALID -j ACCEPT', false],
    ['-d 10.0.0.1/32 -m conntrack --ctstate INVALID -j DROP', false],
    ['-m comment --comment "--ctstate INVALID -j DROP" -j ACCEPT', false],
    ['-m comment --comment --ctstate -m conntrack --ctstate INVALID -j DROP', true],
  ])('INVALID is dropped by "%s": %s', (rule, drops) => {
    expect(changed('-m conntrack --ctstate INVALID -j DROP', rule)).toHaveProperty('invalidDrop', drops)
  })
})

describe('kube-proxy in IPVS mode names no Service in its rules', () => {
  test.each(['iptables-nft-save-1.8.9-ipvs', 'hand-kept-kube-proxy-ipvs'])('%s', name => {
    expect(factsOf(printed([name]), ...everything)).toMatchObject({
      serviceRules: true,
      services: [],
      masqueradesMarked: true,
      randomFully: true,
      invalidDrop: false,
    })
  })

  test('masquerading of its sets alone is not that of what is marked', () => {
    const text = fixture('hand-kept-kube-proxy-ipvs').replace(/.*requiring SNAT.*\n/, '')
    expect(factsOf(printed([], [], { saved: [savedTables(text)] }))).toMatchObject({ masqueradesMarked: false })
  })
})
