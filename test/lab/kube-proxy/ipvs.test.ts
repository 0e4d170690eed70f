import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ipvs } from './ipvs.ts'
import { ipvsSync, virtualServers } from './ipvs-sync.ts'
import type { Desired, Node, Service } from './services.ts'

const node: Node = { address: '192.168.77.1', podRange: '10.244.0.0/16', nodePodRange: '10.244.1.0/24', bridge: 'cni0' }
const web: Service = {
  name: 'web',
  address: '10.96.22.22',
  ports: [{ name: 'tcp', protocol: 'tcp', port: 7000, targetPort: 7070, nodePort: 30_700 }],
  endpoints: [{ address: '10.244.2.11' }, { address: '10.244.2.12' }],
}
const dns: Service = {
  name: 'dns',
  address: '10.96.0.10',
  ports: [{ name: 'dns', protocol: 'udp', port: 53, targetPort: 53 }],
  endpoints: [{ address: '10.244.2.53', weight: 0 }, { address: '10.244.2.54' }],
}
const desire = (...services: readonly Service[]): Desired => ({ services, dropInvalid: false, masqueradeMarked: true })

const setUp = (desired: Desired) =>
  ipvs
    .setUp(node, desired)
    .map(({ argv }) => argv.join(' '))
    .join('\n')
const rules = (desired: Desired) =>
  ipvs
    .sync(desired, node)
    .map(({ stdin = '' }) => stdin)
    .join('')

test('a virtual server for each port and node port, with round robin and masquerading real servers', () => {
  expect(virtualServers(desire(web, dns), node)).toBe(`-A -t 10.96.22.22:7000 -s rr
-a -t 10.96.22.22:7000 -r 10.244.2.11:7070 -m -w 1
-a -t 10.96.22.22:7000 -r 10.244.2.12:7070 -m -w 1
-A -t 192.168.77.1:30700 -s rr
-a -t 192.168.77.1:30700 -r 10.244.2.11:7070 -m -w 1
-a -t 192.168.77.1:30700 -r 10.244.2.12:7070 -m -w 1
-A -u 10.96.0.10:53 -s rr
-a -u 10.96.0.10:53 -r 10.244.2.53:53 -m -w 0
-a -u 10.96.0.10:53 -r 10.244.2.54:53 -m -w 1
`)
})

test('sysctls of IPVS are set as kube-proxy does, or left to the kernel', () => {
  expect(setUp(desire())).toContain(
    'vs.conntrack=1 net.ipv4.vs.expire_nodest_conn=1 net.ipv4.vs.expire_quiescent_template=1',
  )
  expect(setUp({ ...desire(), ipvsSysctls: 'kernel' })).not.toContain('ipv4.vs')
})

test('what is masqueraded beside IPVS: hairpins, node ports, and what comes from outside the cluster', () => {
  expect(rules(desire(web))).toContain('-s 10.244.2.11 -d 10.244.2.11 -m tcp -p tcp --dport 7070 -j MASQUERADE')
  expect(rules(desire(web))).toContain('-A KUBE-NODE-PORT -m tcp -p tcp --dport 30700 -j KUBE-MARK-MASQ')
  expect(rules(desire(web))).toMatch(
    /-A KUBE-SERVICES ! -s 10.244.0.0\/16 .*-d 10.96.22.22 --dport 7000 -j KUBE-MARK-MASQ/,
  )
  expect(rules({ ...desire(web), masqueradeMarked: false })).not.toContain('MASQUERADE')
})

/** This kernel may have no IPVS: `ipvsadm` and `ip` only say what is there and note down what they are told. */
describe('a sync tells IPVS only what is different', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-ipvs-'))
    for (const [program, shows] of [
      ['ipvsadm', '--save'],
      ['ip', '-4'],
    ] as const) {
      writeFileSync(
        join(folder, program),
        `#!/bin/sh\nif [ "$1" = ${shows} ]; then cat ${folder}/${program}.now; else echo "${program} $*" >>${folder}/told; fi\n`,
      )
      chmodSync(join(folder, program), 0o755)
    }
    writeFileSync(join(folder, 'told'), '')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function told(now: Desired, wanted: Desired): readonly string[] {
    const bound = now.services.map(
      ({ address }) =>
        `5: kube-ipvs0    inet ${address}/32 scope global kube-ipvs0\\       valid_lft forever preferred_lft forever\n`,
    )
    writeFileSync(join(folder, 'ipvsadm.now'), virtualServers(now, node))
    writeFileSync(join(folder, 'ip.now'), bound.join(''))
    const { argv, stdin } = ipvsSync(wanted, node)
    const { status, stderr } = spawnSync(argv[0], argv.slice(1), {
      input: stdin ?? '',
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    })
    expect([status, stderr]).toEqual([0, ''])
    return readFileSync(join(folder, 'told'), 'utf8').split('\n').slice(0, -1)
  }

  const having = (...endpoints: Service['endpoints']) => desire({ ...dns, endpoints })
  const [one, two] = [{ address: '10.244.2.53' }, { address: '10.244.2.54' }]
  const all = [
    'ipvsadm -A -u 10.96.0.10:53 -s rr',
    'ipvsadm -a -u 10.96.0.10:53 -r 10.244.2.53:53 -m -w 0',
    'ipvsadm -a -u 10.96.0.10:53 -r 10.244.2.54:53 -m -w 1',
    'ip address add 10.96.0.10/32 dev kube-ipvs0',
  ]

  test.each<[string, Desired, Desired, readonly string[]]>([
    ['nothing is there', desire(), desire(dns), all],
    ['all is there', desire(web, dns), desire(web, dns), []],
    ['all is there, in another order', desire(web, dns), desire(dns, web), []],
    [
      'an endpoint drains',
      having(one, two),
      having({ ...one, weight: 0 }, two),
      ['ipvsadm -e -u 10.96.0.10:53 -r 10.244.2.53:53 -m -w 0'],
    ],
    ['an endpoint is gone', having(one, two), having(two), ['ipvsadm -d -u 10.96.0.10:53 -r 10.244.2.53:53']],
    [
      'an endpoint is another: the new one comes first',
      having(one),
      having(two),
      ['ipvsadm -a -u 10.96.0.10:53 -r 10.244.2.54:53 -m -w 1', 'ipvsadm -d -u 10.96.0.10:53 -r 10.244.2.53:53'],
    ],
    ['no endpoint is left', having(one), having(), ['ipvsadm -d -u 10.96.0.10:53 -r 10.244.2.53:53']],
    [
      'a Service is gone',
      desire(web, { ...dns, endpoints: [] }),
      desire(web),
      ['ipvsadm -D -u 10.96.0.10:53', 'ip address delete 10.96.0.10/32 dev kube-ipvs0'],
    ],
  ])('%s', (_, now, wanted, expected) => {
    expect(told(now, wanted)).toEqual(expected)
  })

  test('a weight of 1 is not taken for one of 10', () => {
    expect(told(having({ ...one, weight: 10 }), having({ ...one, weight: 1 }))).toEqual([
      'ipvsadm -e -u 10.96.0.10:53 -r 10.244.2.53:53 -m -w 1',
    ])
  })
})
