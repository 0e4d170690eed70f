import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { greppedFiles, plantedRoot } from '../../../test/planted-root.ts'
import { realClock } from '../../clock.ts'
import { machineAt } from '../machine.ts'
import type { Ask } from '../source.ts'
import { sysctl } from './facts.ts'
import { sysctlSource } from './source.ts'

const nobody: Ask = { flows: [], accounts: [] }
const kernel = (name: string) => greppedFiles(new URL(`./fixtures/${name}.txt`, import.meta.url))

async function readIn(files: Readonly<Record<string, string>>) {
  using planted = plantedRoot(files)
  return sysctl.schema.parse(await sysctlSource.read(planted.machine, nobody))
}

describe('what a kernel showed', () => {
  test('6.18, a node with a VLAN that does not forward', async () => {
    expect(await readIn(kernel('linux-6.18'))).toMatchObject({
      'net.netfilter.nf_conntrack_tcp_timeout_established': 86_400,
      'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 3_600,
      'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': 300,
      'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': 0,
      'net.netfilter.nf_conntrack_udp_timeout_stream': 120,
      'net.ipv4.ip_forward': 1,
      'net.ipv4.conf.all.forwarding': 1,
      'net.ipv4.conf.eth0.forwarding': 1,
      'net.ipv4.conf.eth0/100.forwarding': 0,
      'net.ipv4.ip_local_port_range': '32768 60999',
      'net.ipv4.tcp_keepalive_time': 7_200,
    })
  })

  test('6.1 with IPVS', async () => {
    const values = await readIn(kernel('linux-6.1'))
    expect(values).toMatchObject({
      'net.ipv4.vs.conntrack': 0,
      'net.ipv4.vs.conn_reuse_mode': 1,
      'net.ipv4.vs.expire_nodest_conn': 0,
      'net.ipv4.vs.expire_quiescent_template': 0,
      'net.ipv4.vs.sloppy_tcp': 0,
      'net.ipv4.vs.nat_icmp_send': 0,
      'net.bridge.bridge-nf-call-iptables': 1,
      'net.bridge.bridge-nf-call-ip6tables': 1,
      'net.ipv6.conf.all.forwarding': 0,
      'net.ipv4.tcp_retries2': 15,
      'net.ipv4.tcp_syn_retries': 6,
    })
    expect(Object.keys(values).filter(name => name.startsWith('net.netfilter.nf_conntrack_tcp_timeout_')).length).toBe(
      10,
    )
    expect(Object.keys(values)).toEqual(Object.keys(values).toSorted())
  })

  test('4.15, which knows fewer of them', async () => {
    const values = await readIn(kernel('linux-4.15'))
    expect(values).toMatchObject({ 'net.netfilter.nf_conntrack_udp_timeout_stream': 180 })
    expect(values).not.toHaveProperty(['net.netfilter.nf_conntrack_tcp_ignore_invalid_rst'])
    expect(Object.keys(values).filter(name => name.startsWith('net.ipv4.vs.'))).toEqual([])
  })
})

test('on this machine it says what sysctl(8) says', async () => {
  const values = await sysctlSource.read(machineAt('/', realClock)(new AbortController().signal), nobody)
  const facts = Object.entries(sysctl.schema.parse(values)).filter(([name]) => !name.endsWith('_count'))
  const names = facts.map(([name]) => name)
  const said = execFileSync('sysctl', names, { encoding: 'utf8' }).replaceAll('\t', ' ')
  expect(said).toBe(facts.map(([name, value]) => `${name} = ${value}\n`).join(''))
  expect(names).toContain('net.ipv4.ip_forward')
})

test('what cannot be read is left out', async () => {
  const { 'proc/sys/net/ipv4/tcp_keepalive_time': _, ...files } = kernel('linux-6.18')
  using planted = plantedRoot(files)
  planted.plant('proc/sys/net/ipv4/tcp_retries2', 'fifteen\n')
  planted.plant('proc/sys/net/ipv4/tcp_syn_retries', '')
  planted.plant('proc/sys/net/ipv4/tcp_keepalive_time/a-folder', '1\n')
  const values = await sysctlSource.read(planted.machine, nobody)
  for (const name of ['tcp_retries2', 'tcp_syn_retries', 'tcp_keepalive_time'])
    expect(values).not.toHaveProperty([`net.ipv4.${name}`])
  expect(values).toHaveProperty(['net.ipv4.tcp_keepalive_intvl'], 75)
})

test('it is absent when nothing can be read', async () => {
  using planted = plantedRoot()
  await expect(sysctlSource.read(planted.machine, nobody)).rejects.toMatchObject({
    name: 'AbsentError',
    message: 'nothing to read below proc/sys/net',
  })
})

test('a node with a thousand pods has a bounded answer', async () => {
  const pods = Array.from({ length: 1000 }, (_, i) => [`proc/sys/net/ipv4/conf/${veth(i)}/forwarding`, '1\n'] as const)
  const values = await readIn({ ...Object.fromEntries(pods), ...kernel('linux-6.18') })
  expect(Object.keys(values).filter(name => name.endsWith('.forwarding')).length).toBe(257) // one of them IPv6
  expect(values).toHaveProperty(['net.ipv4.conf.eth0/100.forwarding'], 0)
})

const veth = (i: number): string => `veth${i.toString(16).padStart(8, '0')}`
